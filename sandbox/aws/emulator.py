"""The emulated AWS organisation: one process, one account per environment, all in memory."""

import os
import threading
import uuid
from collections.abc import Sequence
from typing import Any

from moto.moto_api._internal.models import moto_api_backend

from sandbox.aws.accounts import register
from sandbox.aws.alarms.api import AlarmApi
from sandbox.aws.alarms.evaluator import AlarmEvaluator
from sandbox.aws.gateway import Gateway, Page
from sandbox.aws.http_server import serve
from sandbox.aws.identities import engine_identity, identities
from sandbox.aws.patches import apply_all
from sandbox.aws.schedules.rules import ScheduledRules
from sandbox.aws.schedules.scheduler import Schedules
from sandbox.layout import Environment
from sandbox.timeline.clock import SandboxClock
from sandbox.timeline.page import ClockPage
from sandbox.timeline.timeline import Timeline

_patched = threading.Lock()


class Emulator:
    """Serves the AWS APIs on loopback; a new one knows nothing of the one before it."""

    def __init__(self, environments: Sequence[Environment], port: int = 0) -> None:
        if _patched.acquire(blocking=False):
            apply_all()
        # moto's memory belongs to the process and would outlive an emulator before this one.
        moto_api_backend.reset()
        self.boot_id = uuid.uuid4().hex
        """Changes whenever the memory is lost."""
        self.environments = tuple(environments)
        for identity in identities(environments):
            register(identity)
        for environment in environments:
            register(engine_identity(environment))
        self.clock = SandboxClock()
        self.timeline = Timeline(
            self.clock,
            AlarmEvaluator(environments),
            [ScheduledRules(environments), Schedules(environments)],
        )
        AlarmApi(self.clock).install()
        self.pages: dict[str, Page] = {
            "health": self._health,
            "clock": ClockPage(self.timeline),
        }
        """Pages under `/_sandbox/`; other parts of the process add theirs."""
        self._server = serve(Gateway(self.pages), port)
        self.port = int(self._server.server_port)
        self.endpoint = f"http://127.0.0.1:{self.port}"

    def _health(self, environ: dict[str, Any]) -> tuple[int, object]:
        return 200, {"boot_id": self.boot_id, "pid": os.getpid()}

    def serve_forever(self) -> None:
        """Answer requests until `stop`."""
        self._server.serve_forever(poll_interval=0.2)

    def start(self) -> None:
        """Answer requests in a thread of their own."""
        threading.Thread(target=self.serve_forever, name="aws", daemon=True).start()

    def stop(self) -> None:
        """Stop answering."""
        self._server.shutdown()
        self._server.server_close()
