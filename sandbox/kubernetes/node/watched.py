"""The cluster's objects of one kind, kept up to date in memory."""

import sys
import threading
import time
from collections.abc import Callable
from typing import Any

from sandbox.kubernetes.api import Api, ApiError

Object = dict[str, Any]


class Watched:
    """A list that follows the API server; after an interruption it is read anew."""

    def __init__(self, api: Api, path: str, changed: Callable[[], None]) -> None:
        self._api, self._path, self._changed = api, path, changed
        self._objects: dict[str, Object] = {}
        self._lock = threading.Lock()

    def all(self) -> list[Object]:
        """Everything, as last heard."""
        with self._lock:
            return list(self._objects.values())

    def start(self) -> None:
        """Follow in a thread."""
        threading.Thread(target=self._follow, name=f"watch {self._path}", daemon=True).start()

    def _follow(self) -> None:
        while True:
            try:
                self._once()
            except ApiError as error:
                sys.stderr.write(f"watching {self._path}: {error.message}\n")
                time.sleep(1)

    def _once(self) -> None:
        listed = self._api.call("GET", self._path)
        with self._lock:
            self._objects = {_key(each): each for each in listed.get("items") or ()}
        self._changed()
        for event in self._api.watch(self._path, listed["metadata"]["resourceVersion"]):
            if event["type"] == "ERROR":
                return
            if event["type"] == "BOOKMARK":
                continue
            with self._lock:
                if event["type"] == "DELETED":
                    self._objects.pop(_key(event["object"]), None)
                else:
                    self._objects[_key(event["object"])] = event["object"]
            self._changed()


def _key(each: Object) -> str:
    return f"{each['metadata'].get('namespace', '')}/{each['metadata']['name']}"
