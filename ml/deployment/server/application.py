"""The ASGI application: which path gives what, for a model version or for none yet."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import structlog

from ml.deployment.server import answer, http
from ml.deployment.server.answering import Question
from ml.deployment.server.batcher import Batcher
from ml.deployment.server.inference import Inference
from ml.deployment.server.predictor import Release
from ml.deployment.server.refusal import Code, RequestError
from ml.deployment.server.settings import Limits
from ml.deployment.server.telemetry import Telemetry

log = structlog.get_logger()

NAME = "modelyard"
VERSION = "1"
EXTENSIONS = ["binary_tensor_data"]

Get = Callable[[http.Send], Awaitable[None]]
Answer = Callable[[Sequence[Question]], Sequence[Any]]


class Application:
    """Answers for one model; health never depends on the model's thread."""

    def __init__(
        self,
        model: str,
        release: Release | None,
        answering: Answer | None,
        telemetry: Telemetry,
        limits: Limits,
    ) -> None:
        self.draining = False
        self._model = model
        self._release = release
        self._answering = answering
        self._telemetry = telemetry
        self._limits = limits
        self._batcher: Batcher | None = None
        self._inference: Inference | None = None
        root = f"/v2/models/{model}"
        roots = [root] if release is None else [root, f"{root}/versions/{release.version}"]
        self._infer_paths = {f"{path}/infer" for path in roots}
        self._gets: dict[str, Get] = {
            "/healthz/live": self._live,
            "/healthz/ready": self._pod_ready,
            "/metrics": self._metrics,
            "/v2": self._server,
            "/v2/": self._server,
            "/v2/health/live": self._live,
            "/v2/health/ready": self._model_ready,
        }
        for path in roots:
            self._gets[path] = self._metadata
            self._gets[f"{path}/ready"] = self._model_ready

    def start(self) -> None:
        """Start the model's thread; to be called in the event loop."""
        if self._release is None or self._answering is None:
            return
        self._batcher = Batcher(self._answering, self._limits)
        self._inference = Inference(self._release, self._batcher, self._telemetry, self._limits)

    def expire(self) -> None:
        """Let requests fail whose deadline has passed."""
        if self._batcher is not None:
            self._batcher.expire()

    async def close(self, seconds: float) -> None:
        """Answer what was accepted, then stop the model's thread."""
        if self._batcher is not None:
            await self._batcher.close(seconds)

    async def __call__(self, scope: http.Scope, receive: http.Receive, send: http.Send) -> None:
        """Answer one request; whatever goes wrong becomes an error with a stable code."""
        try:
            await self._route(scope, receive, send)
        except http.ClientGoneError:
            return
        except RequestError as refusal:
            self._telemetry.refused(refusal.code)
            await http.respond_refusal(send, refusal, close=self.draining)
        except Exception:
            log.exception("request_failed", path=scope.get("path"))
            self._telemetry.refused(Code.INTERNAL)
            await http.respond_refusal(
                send, RequestError(Code.INTERNAL, "the server failed on this request"), close=True
            )

    async def _route(self, scope: http.Scope, receive: http.Receive, send: http.Send) -> None:
        path, method = scope["path"], scope["method"]
        if path in self._infer_paths:
            _require(method, "POST")
            if self._inference is None:
                raise self._no_version()
            await self._inference(scope, receive, send, close=self.draining)
            return
        get = self._gets.get(path)
        if get is None:
            raise self._unknown(path)
        _require(method, "GET", "HEAD")
        await get(send)

    async def _live(self, send: http.Send) -> None:
        await http.respond_json(send, {"live": True})

    async def _pod_ready(self, send: http.Send) -> None:
        # Without a version the pod is as ready as it can be: the roll-out must complete.
        self._refuse_if_not_able()
        await http.respond_json(send, {"ready": True})

    async def _model_ready(self, send: http.Send) -> None:
        self._refuse_if_not_able()
        if self._release is None:
            raise self._no_version()
        await http.respond_json(send, {"name": self._model, "ready": True})

    def _refuse_if_not_able(self) -> None:
        if self.draining:
            raise RequestError(Code.DRAINING, "this server is stopping")
        if self._batcher is not None and self._batcher.stuck:
            raise RequestError(Code.OVERLOADED, "the model is stuck on a request")

    async def _metrics(self, send: http.Send) -> None:
        kind = (b"content-type", b"text/plain; version=0.0.4; charset=utf-8")
        await http.respond(send, 200, self._telemetry.page(), [kind])

    async def _server(self, send: http.Send) -> None:
        await http.respond_json(send, {"name": NAME, "version": VERSION, "extensions": EXTENSIONS})

    async def _metadata(self, send: http.Send) -> None:
        if self._release is None:
            raise self._no_version()
        await http.respond_json(send, answer.metadata(self._release))

    def _no_version(self) -> RequestError:
        return RequestError(Code.NO_VERSION, f"no version released yet of model {self._model}")

    def _unknown(self, path: str) -> RequestError:
        parts = path.split("/")
        if parts[:3] == ["", "v2", "models"] and len(parts) > 3:
            if parts[3] != self._model:
                return RequestError(
                    Code.UNKNOWN_MODEL,
                    f"model {parts[3][:100]} is not served here; this server has {self._model}",
                )
            if parts[4:5] == ["versions"] and len(parts) > 5:
                if self._release is None:
                    return self._no_version()
                if parts[5] != self._release.version:
                    return RequestError(
                        Code.UNKNOWN_MODEL,
                        f"version {parts[5][:40]} of {self._model} is not live; "
                        f"version {self._release.version} is",
                    )
        return RequestError(
            Code.NOT_FOUND, f"nothing at {path[:200]}; see /v2 and /v2/models/{self._model}"
        )


def _require(method: str, *allowed: str) -> None:
    if method not in allowed:
        raise RequestError(
            Code.METHOD_NOT_ALLOWED, f"{method} is not possible here; allowed: {allowed[0]}"
        )
