"""The way from a process to AWS: it can be lost, for all services or for one."""

import threading
from typing import Any

from botocore.exceptions import ConnectTimeoutError

from modelyard.place import Place


class Route:
    """Lost, every call fails as it does where no packet arrives; `tried` says that one did."""

    def __init__(self, service: str = "") -> None:
        """All services, or one by botocore's name for it."""
        self._event = f"before-send.{service}".rstrip(".")
        self.lost = False
        self.tried = threading.Event()

    def lead(self, place: Place) -> Place:
        """Let what this place's sessions ask go by this way; to be called before they ask."""
        # Before the emulator's own handler: it must not do what it never hears of.
        place.session.events.register_first(self._event, self._send)
        return place

    def _send(self, request: Any, **_: Any) -> None:
        if self.lost:
            self.tried.set()
            raise ConnectTimeoutError(endpoint_url=request.url)
