"""What the provider does to a cluster for each call of the engine."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sandbox.aws.provider.wire import UNKNOWN, has_unknown
from sandbox.errors import SandboxError
from sandbox.kubernetes.api import ApiError
from sandbox.kubernetes.provider import checking
from sandbox.kubernetes.provider.cluster import Cluster, Object, UnknownKindError
from sandbox.kubernetes.provider.differences import Difference, difference
from sandbox.kubernetes.provider.objects import drifted_inputs, imported_inputs, outputs
from sandbox.kubernetes.provider.waiting import (
    DEFAULT_SECONDS,
    NotReadyError,
    await_gone,
    await_ready,
)


@dataclass(frozen=True, kw_only=True)
class Ask:
    """Where a call leads, and how long it may take."""

    cluster: Cluster
    seconds: float = 0.0
    """0 for the default."""
    alive: Callable[[], bool] = lambda: True

    @property
    def limit(self) -> float:
        """Seconds to wait."""
        return self.seconds or DEFAULT_SECONDS


@dataclass(frozen=True, kw_only=True)
class Made:
    """An object and what the engine keeps of it."""

    id: str
    inputs: Object
    outputs: Object


class HalfMadeError(SandboxError):
    """The object was applied and does not work."""

    def __init__(self, message: str, made: Made) -> None:
        super().__init__(message, "")
        self.id, self.inputs, self.outputs = made.id, made.inputs, made.outputs
        self.kind = str(made.inputs["kind"])


class Operations:
    """The calls, in plain values."""

    def check(
        self,
        token: str,
        inputs: Object,
        olds: Object,
        *,
        logical: str,
        seed: bytes,
        proposal: str | None = None,
    ) -> tuple[Object, list[tuple[str, str]]]:
        """Complete inputs, and what is wrong with them."""
        complete = checking.completed(
            token, inputs, olds, logical=logical, seed=seed, proposal=proposal
        )
        return complete, checking.mistakes(token, complete)

    def diff(self, ask: Ask, old: Object, new: Object, ignored: tuple[str, ...]) -> Difference:
        """What changed."""
        return difference(
            old,
            new,
            ignored=ignored,
            mutable_config_maps=ask.cluster.mutable_config_maps,
            mutable_secrets=ask.cluster.mutable_secrets,
        )

    def apply(self, ask: Ask, inputs: Object, *, preview: bool) -> Made:
        """Create or update; a preview asks the server whether it would accept."""
        if preview:
            return self._previewed(ask, inputs)
        applied = ask.cluster.apply(inputs)
        identity = ask.cluster.identity(inputs)
        try:
            live = await_ready(ask.cluster, applied, ask.limit, ask.alive)
        except NotReadyError as error:
            half = Made(id=identity, inputs=inputs, outputs=outputs(applied))
            raise HalfMadeError(str(error), half) from error
        return Made(id=identity, inputs=inputs, outputs=outputs(live))

    def _previewed(self, ask: Ask, inputs: Object) -> Made:
        planned = {**inputs, "status": UNKNOWN}
        if has_unknown(inputs):
            return Made(id="", inputs=inputs, outputs=planned)
        try:
            answered = outputs(ask.cluster.apply(inputs, dry_run=True))
        except UnknownKindError:
            return Made(id="", inputs=inputs, outputs=planned)
        except ApiError as error:
            # The namespace may be made by the same update, the cluster too.
            if error.status not in (0, 404):
                raise
            return Made(id="", inputs=inputs, outputs=planned)
        metadata = {
            key: UNKNOWN if key in ("uid", "creationTimestamp") else value
            for key, value in answered["metadata"].items()
        }
        spec = answered.get("spec")
        if inputs["kind"] == "Service" and "clusterIP" not in (inputs.get("spec") or {}):
            # A dry run gives an address that is not the one to come.
            answered["spec"] = {**(spec or {}), "clusterIP": UNKNOWN, "clusterIPs": UNKNOWN}
        return Made(
            id="", inputs=inputs, outputs={**answered, "metadata": metadata, "status": UNKNOWN}
        )

    def read(self, ask: Ask, token: str, identity: str, inputs: Object) -> Made | None:
        """The object as it is now; None if it is gone."""
        target = self._target(token, identity, inputs)
        try:
            live = ask.cluster.live(target)
        except UnknownKindError:
            return None
        if live is None:
            return None
        if not inputs:
            found = imported_inputs(live)
        elif "deletionTimestamp" in live["metadata"]:
            found = inputs
        else:
            found = drifted_inputs(ask.cluster, inputs, live)
        return Made(id=ask.cluster.identity(target), inputs=found, outputs=outputs(live))

    def delete(self, ask: Ask, token: str, identity: str, state: Object) -> None:
        """Delete it and what belongs to it."""
        target = self._target(token, identity, state)
        try:
            doomed = ask.cluster.live(target)
            if doomed is not None and ask.cluster.delete(target):
                await_gone(ask.cluster, doomed, ask.limit, ask.alive)
        except UnknownKindError:
            # Its definition went first and took it along.
            return

    @staticmethod
    def _target(token: str, identity: str, known: Object) -> Object:
        """Enough of the object to find it."""
        version, kind = checking.version_and_kind(token)
        namespace, _, name = identity.rpartition("/")
        metadata: dict[str, Any] = {"name": name}
        if namespace:
            metadata["namespace"] = namespace
        return {
            "apiVersion": known.get("apiVersion", version),
            "kind": known.get("kind", kind),
            "metadata": metadata,
        }
