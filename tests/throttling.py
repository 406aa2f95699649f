"""An AWS that turns the first calls of an operation away, as it does when there are too many."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse


class Throttling:
    """Counts what one operation of a client is asked, and throttles the first of it.

    Below the client's own patience and above the emulator, which never learns of these calls.
    """

    def __init__(self, client: Any, operation: str, times: int) -> None:
        self.attempts = 0
        self._left = times
        self._operation = operation
        self._send = client._endpoint._do_get_response
        client._endpoint._do_get_response = self._answer

    def _answer(self, request: Any, operation: Any, context: Any) -> Any:
        if operation.name != self._operation:
            return self._send(request, operation, context)
        self.attempts += 1
        if not self._left:
            return self._send(request, operation, context)
        self._left -= 1
        parsed = {
            "Error": {"Code": "ThrottlingException", "Message": "Rate exceeded"},
            "ResponseMetadata": {"HTTPStatusCode": 400},
        }
        response = AWSResponse(request.url, 400, {}, SimpleNamespace(stream=lambda: iter(())))
        return (response, parsed), None


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds between attempts, which nobody waits for; the shell wishes for no attempts."""
    waited: list[float] = []
    monkeypatch.setattr("botocore.endpoint.time", SimpleNamespace(sleep=waited.append))
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    monkeypatch.setenv("AWS_RETRY_MODE", "legacy")
    return waited
