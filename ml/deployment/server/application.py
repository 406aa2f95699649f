"""The ASGI application: which path gives what, for a model version or for none yet."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any

import structlog

from ml.deployment.server import answer, http, openapi
from ml.deployment.server.answering import Question
from ml.deployment.server.batcher import Batcher
from ml.deployment.server.budget import Budget
from ml.deployment.server.feedback import PATH, FeedbackDoor
from ml.deployment.server.inference import Inference
from ml.deployment.server.keyed_inference import KeyedInference, build_features
from ml.deployment.server.paths import SUFFIX, Paths
from ml.deployment.server.predictor import Release
from ml.deployment.server.refusal import Code, RequestError
from ml.deployment.server.settings import Limits
from ml.deployment.server.telemetry import Telemetry

if TYPE_CHECKING:
    from ml.deployment.by_key.keeper import Keeper

log = structlog.get_logger()

NAME, VERSION = "modelyard", "1"
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
        feedback: FeedbackDoor,
        keeper: Keeper | None = None,
    ) -> None:
        self.draining = False
        self._model = model
        self._release = release
        self._answering = answering
        self._telemetry = telemetry
        self._limits = limits
        self._keeper = keeper
        self._batchers: list[Batcher] = []
        self._keyed: KeyedInference | None = None
        version = release.version if release else None
        self._paths = paths = Paths(model, version, by_key=keeper is not None)
        self._posts: dict[str, http.Post | None] = {
            f"{path}/infer": None for path in (*paths.roots, *paths.keyed_roots)
        }
        self._posts[PATH] = feedback
        self._gets: dict[str, Get] = {
            "/healthz/live": self._live,
            "/healthz/ready": self._pod_ready,
            "/metrics": self._metrics,
            "/openapi.json": self._openapi,
            "/v2": self._server,
            "/v2/": self._server,
            "/v2/health/live": self._live,
            "/v2/health/ready": self._model_ready,
        }
        for path in paths.roots:
            self._gets[path] = self._metadata
            self._gets[f"{path}/ready"] = self._model_ready
        for path in paths.keyed_roots:
            self._gets[path] = self._keyed_metadata
            self._gets[f"{path}/ready"] = self._keyed_ready

    def start(self) -> None:
        """Start the threads of model and features; to be called in the event loop."""
        release, telemetry, limits = self._release, self._telemetry, self._limits
        if release is None or self._answering is None:
            return
        model = Batcher(self._answering, limits)
        self._batchers = [model]
        budget = Budget(limits.held_bytes)
        inference = Inference(release, model, telemetry, limits, budget)
        self._posts |= {f"{path}/infer": inference for path in self._paths.roots}
        if (keeper := self._keeper) is None:
            return
        # A thread of its own: building features must not hold up who brings them.
        features = Batcher(build_features, limits, name="features")
        # Features first when it ends: what they made is still to be answered.
        self._batchers.insert(0, features)
        self._keyed = KeyedInference(release, model, features, keeper, telemetry, limits, budget)
        self._posts |= {f"{path}/infer": self._keyed for path in self._paths.keyed_roots}
        keeper.start()

    def expire(self) -> None:
        """Let requests fail whose deadline has passed."""
        for batcher in self._batchers:
            batcher.expire()
        if self._keeper is not None:
            self._telemetry.asof_unchecked.set(self._keeper.unchecked_seconds)
            self._telemetry.asof_state.set(self._keeper.state)

    async def close(self, seconds: float) -> None:
        """Answer what was accepted, then stop the threads."""
        if self._keeper is not None:
            self._keeper.stop()
        for batcher in self._batchers:
            await batcher.close(seconds)

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
        if path in self._posts:
            http.require(method, "POST")
            post = self._posts[path]
            if post is None:
                raise self._paths.no_version()
            await post(scope, receive, send, close=self.draining)
            return
        get = self._gets.get(path)
        if get is None:
            raise self._paths.unknown(path)
        http.require(method, "GET", "HEAD")
        await get(send)

    async def _live(self, send: http.Send) -> None:
        # No thread can be ended: whoever probes must end the process.
        if any(batcher.hung for batcher in self._batchers):
            raise RequestError(Code.OVERLOADED, "the model hangs; this server must be restarted")
        await http.respond_json(send, {"live": True})

    async def _pod_ready(self, send: http.Send) -> None:
        # Ready without a version too: the roll-out must complete.
        self._refuse_if_not_able()
        # A roll-out takes the old servers away, which answer by key until this one can.
        if self._keyed is not None:
            self._keyed.require_look()
        await http.respond_json(send, {"ready": True})

    async def _model_ready(self, send: http.Send) -> None:
        self._refuse_if_not_able()
        if self._release is None:
            raise self._paths.no_version()
        await http.respond_json(send, {"name": self._model, "ready": True})

    def _refuse_if_not_able(self) -> None:
        if self.draining:
            raise RequestError(Code.DRAINING, "this server is stopping")
        # Features that are stuck stop nobody who brings their own.
        if self._batchers and self._batchers[-1].stuck:
            raise RequestError(Code.OVERLOADED, "the model is stuck on a request")

    async def _metrics(self, send: http.Send) -> None:
        kind = (b"content-type", b"text/plain; version=0.0.4; charset=utf-8")
        await http.respond(send, 200, self._telemetry.page(), [kind])

    async def _server(self, send: http.Send) -> None:
        await http.respond_json(send, {"name": NAME, "version": VERSION, "extensions": EXTENSIONS})

    async def _openapi(self, send: http.Send) -> None:
        described = openapi.document(self._paths, self._release, self._limits)
        await http.respond_json(send, described)

    async def _metadata(self, send: http.Send) -> None:
        if self._release is None:
            raise self._paths.no_version()
        described = answer.describe(self._release, self._model, self._release.predictor.inputs)
        await http.respond_json(send, described)

    async def _keyed_metadata(self, send: http.Send) -> None:
        if self._keyed is None:
            raise self._paths.no_version()
        await http.respond_json(send, self._keyed.metadata())

    async def _keyed_ready(self, send: http.Send) -> None:
        self._refuse_if_not_able()
        if self._keyed is None:
            raise self._paths.no_version()
        self._keyed.require_tables()
        await http.respond_json(send, {"name": f"{self._model}{SUFFIX}", "ready": True})
