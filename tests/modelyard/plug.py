"""A plug that can be pulled: it cuts a run off after each change that it makes on AWS."""

import json
import re
import threading
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import EndpointConnectionError

from modelyard.place import Place
from tests.modelyard.world import Crash

CHANGES = ("Put", "Update", "Delete", "Create", "Start")


@dataclass
class Plug:
    """Cuts every run off right after the first change after which none was cut off before."""

    kill: bool
    """kill -9 instead of Ctrl-C: nothing that the process still tries reaches the world."""
    pulled: list[str] = field(default_factory=list)
    dead: bool = False
    armed: bool = False

    def enter(self, place: Place) -> Place:
        """Put everything that the place's sessions do behind the plug."""
        place.session.events.register("before-call", self._before)
        place.session.events.register("after-call", self._after)
        return place

    def pull(self, where: str) -> None:
        """Cut off here, unless a run was cut off here before."""
        if not self.armed or where in self.pulled:
            return
        self.pulled.append(where)
        self.armed, self.dead = False, self.kill
        raise Crash(where) if self.kill else KeyboardInterrupt

    def _before(self, model: Any, params: Any, context: Any, **_: Any) -> None:
        if self.dead and threading.current_thread() is threading.main_thread():
            raise Crash("dead")
        if self.dead:
            raise EndpointConnectionError(endpoint_url="the process is dead")
        if model.name.startswith(CHANGES):
            context["change"] = f"{model.name} {_subject(params)}"

    def _after(self, context: Any, **_: Any) -> None:
        if "change" in context and threading.current_thread() is threading.main_thread():
            self.pull(context["change"])


def _subject(params: Any) -> str:
    """Name what a call changes; a second attempt at it has the same name."""
    body = params["body"]
    if isinstance(body, dict) or not body or params["url_path"] != "/":
        return str(params["url_path"])
    said = json.loads(body)
    for found in (said.get("Item", said.get("Key")), said):
        if found and "id" in found:
            return re.sub(r"-\d+$", "", found["id"]["S"])
    named = said.get("PipelineExecutionDisplayName") or said["Entries"][0]["DetailType"]
    return str(named)
