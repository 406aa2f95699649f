"""POST …/infer: from the bytes of a request to the bytes of its answer."""

from __future__ import annotations

import time
import uuid

from ml.deployment.capture.segment import Entities
from ml.deployment.server import answer, http
from ml.deployment.server.answering import Question
from ml.deployment.server.batcher import Batcher
from ml.deployment.server.budget import Budget
from ml.deployment.server.predictor import Release
from ml.deployment.server.refusal import Code, RequestError
from ml.deployment.server.request import InferenceRequest, RequestReader
from ml.deployment.server.settings import Limits
from ml.deployment.server.telemetry import Telemetry

CALLER_HEADER = b"modelyard-caller"
"""Set by a gateway that knows the caller; without it the peer's address is kept."""

_JSON = (b"content-type", b"application/json")
_BINARY = (b"content-type", b"application/octet-stream")
_TYPES = (b"application/json", b"application/octet-stream")


class Inference:
    """Reads, queues and answers inference requests."""

    def __init__(
        self,
        release: Release,
        batcher: Batcher,
        telemetry: Telemetry,
        limits: Limits,
        budget: Budget,
        name: str | None = None,
    ) -> None:
        self._release = release
        self._name = name or release.model
        self._batcher = batcher
        self._telemetry = telemetry
        self._limits = limits
        self._budget = budget
        predictor = release.predictor
        self._reader = RequestReader(predictor.inputs, predictor.outputs, limits.rows)

    async def __call__(
        self, scope: http.Scope, receive: http.Receive, send: http.Send, *, close: bool
    ) -> None:
        """Answer one request, or raise a RequestError."""
        header_length, caller = read_headers(scope)
        with self._budget.holding() as take:
            body = await http.read_body(scope, receive, self._limits, take)
            await self._answer(body, header_length, caller, send, close=close)

    async def _answer(
        self, body: bytes, header_length: int | None, caller: str, send: http.Send, *, close: bool
    ) -> None:
        started = time.perf_counter()
        self._telemetry.in_flight.inc()
        try:
            request, entities, due = await self._read(body, header_length)
            prediction_id = uuid.uuid4().hex
            question = Question(prediction_id, caller, request, entities)
            outputs = await self._batcher.submit(question, request.rows, due)
            written = answer.write(self._release, self._name, request, prediction_id, outputs)
        finally:
            self._telemetry.in_flight.dec()
        headers = [_JSON]
        if written.json_length is not None:
            headers = [_BINARY, (b"inference-header-content-length", b"%d" % written.json_length)]
        await http.respond(send, 200, written.content, headers, close=close)
        self._telemetry.requests.inc()
        self._telemetry.rows.inc(request.rows)
        self._telemetry.seconds.observe(time.perf_counter() - started)

    async def _read(
        self, body: bytes, header_length: int | None
    ) -> tuple[InferenceRequest, Entities | None, float | None]:
        """What the model is to answer, whom it is about, and until when."""
        return self._reader.read(body, header_length), None, None


def read_headers(scope: http.Scope) -> tuple[int | None, str]:
    """Length of the JSON part, and the caller; one pass, because this runs for every request."""
    length: int | None = None
    client = scope.get("client")
    caller = str(client[0]) if client else ""
    for name, value in scope["headers"]:
        if name == b"content-type":
            if value.split(b";")[0].strip().lower() not in _TYPES:
                raise RequestError(
                    Code.CONTENT_TYPE,
                    f"content type {_text(value)}; allowed: application/json, "
                    "application/octet-stream",
                )
        elif name == b"content-encoding" and value.lower() != b"identity":
            # A few compressed bytes can unfold into gigabytes; tabular requests are small.
            raise RequestError(
                Code.CONTENT_ENCODING,
                f"content encoding {_text(value)}; send the body uncompressed",
            )
        elif name == b"inference-header-content-length":
            if not value.isdigit() or len(value) > 12:
                raise RequestError(
                    Code.INVALID_BINARY, f"Inference-Header-Content-Length is {_text(value)}"
                )
            length = int(value)
        elif name == CALLER_HEADER:
            caller = value.decode("latin-1")[:200]
    return length, caller


def _text(value: bytes) -> str:
    return repr(value.decode("latin-1")[:60])
