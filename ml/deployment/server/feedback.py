"""POST /feedback: outcomes by prediction id, acknowledged once they are on the pod's volume."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from typing import Annotated

import msgspec

from ml.deployment.capture.journal import CaptureError, Journal
from ml.deployment.capture.segment import Feedback, Label
from ml.deployment.server import http
from ml.deployment.server.envelope import malformed
from ml.deployment.server.inference import read_headers
from ml.deployment.server.outcomes import impossible
from ml.deployment.server.refusal import Code, RequestError
from ml.deployment.server.settings import Limits
from ml.deployment.server.telemetry import Telemetry

PATH = "/feedback"
MOST_LABELS = 10_000
AT_ONCE = 4
"""Posts that are read at the same time; others are told to come again."""

_Id = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
_Row = Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)]
_Text = Annotated[str, msgspec.Meta(max_length=200)]
_Moment = Annotated[datetime, msgspec.Meta(tz=True)]


class _Said(msgspec.Struct, forbid_unknown_fields=True):
    """One label as a caller says it."""

    prediction_id: _Id
    row: _Row
    label: bool | int | float | _Text
    known_at: _Moment | None = None


class _Post(msgspec.Struct, forbid_unknown_fields=True):
    labels: Annotated[list[_Said], msgspec.Meta(min_length=1)]


_DECODER = msgspec.json.Decoder(_Post)


class FeedbackDoor:
    """Takes labels, all of a request or none; a label that comes twice counts once when read."""

    def __init__(
        self, journal: Journal | None, telemetry: Telemetry, limits: Limits, *, task: str = ""
    ) -> None:
        self._journal = journal
        self._task = task
        self._telemetry = telemetry
        self._limits = limits
        self._reading = 0

    async def __call__(
        self, scope: http.Scope, receive: http.Receive, send: http.Send, *, close: bool
    ) -> None:
        """Keep the labels of one request, or raise a RequestError."""
        _, caller = read_headers(scope)
        if self._journal is None:
            raise RequestError(
                Code.CAPTURE_UNAVAILABLE, "this server has no lake to which labels could go"
            )
        if self._reading >= AT_ONCE:
            raise RequestError(Code.OVERLOADED, "other labels are being read; try again later")
        self._reading += 1
        try:
            body = await http.read_body(scope, receive, self._limits)
            # Thousands of labels take longer to check than other requests should wait.
            count = await asyncio.to_thread(_keep, self._journal, body, caller, self._task)
        finally:
            self._reading -= 1
        self._telemetry.labels.inc(count)
        await http.respond_json(send, {"accepted": count}, close=close)


def _keep(journal: Journal, body: bytes, caller: str, task: str) -> int:
    received = time.time_ns()
    said = _read(body)
    # Of two labels for one row in one request, the last one counts: only that one is kept.
    labels = {
        (one.prediction_id, one.row): _label(index, one, received // 1000, task)
        for index, one in enumerate(said)
    }
    try:
        journal.append([Feedback(received, caller, list(labels.values()))])
    except CaptureError as error:
        raise RequestError(Code.CAPTURE_UNAVAILABLE, str(error)) from None
    return len(said)


def _read(body: bytes) -> list[_Said]:
    try:
        labels = _DECODER.decode(body).labels
    except msgspec.ValidationError as error:
        what, _, where = str(error).replace("`", "").partition(" - at $.")
        place = f"{where}: " if where else ""
        raise RequestError(Code.INVALID_LABEL, f"{place}{what}") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise malformed(body, error) from None
    if len(labels) > MOST_LABELS:
        raise RequestError(
            Code.TOO_MANY_ROWS,
            f"{len(labels)} labels; at most {MOST_LABELS} are allowed in one request: split it",
        )
    return labels


def _label(index: int, said: _Said, received_us: int, task: str) -> Label:
    known = received_us
    if said.known_at is not None:
        try:
            since = said.known_at.astimezone(UTC) - _EPOCH
        except OverflowError:
            raise RequestError(
                Code.INVALID_LABEL, f"labels[{index}].known_at: outside of the calendar in UTC"
            ) from None
        known = round(since.total_seconds() * 1_000_000)
    if wrong := impossible(said.label, task):
        raise RequestError(Code.INVALID_LABEL, f"labels[{index}].label: {wrong}")
    if isinstance(said.label, str):
        return Label(said.prediction_id, said.row, None, said.label, known)
    return Label(said.prediction_id, said.row, float(said.label), None, known)


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
