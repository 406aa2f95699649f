"""What is live where, asked of the endpoints themselves and not of anybody's memory."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

from modelyard.errors import YardError
from modelyard.live.endpoint import Pod, endpoint
from modelyard.live.releases import ReleaseLines
from modelyard.place import Place
from modelyard.translate import translated
from modelyard.versions import versions

NOT_FOUND = 404


@dataclass(frozen=True, kw_only=True)
class ModelStatus:
    """One model in one environment."""

    model: str
    version: str = ""
    """The version that is live by its release line; empty before the first."""
    gate: str = ""
    address: str = ""
    ready: bool = False
    """What /v2/health/ready answered just now."""
    detail: str = ""
    pods: tuple[Pod, ...] = ()
    waiting: str = ""
    """A version on its way, and what it waits for."""


@dataclass(frozen=True, kw_only=True)
class EnvironmentStatus:
    """One environment."""

    environment: str
    account: str
    up: bool
    detail: str = ""
    models: list[ModelStatus] = field(default_factory=list)


def status(places: list[Place]) -> list[EnvironmentStatus]:
    """Ask every environment at the same time."""
    with ThreadPoolExecutor(max_workers=max(1, len(places))) as pool:
        return list(pool.map(_environment, places))


def _environment(place: Place) -> EnvironmentStatus:
    try:
        endpoints = sorted(place.releases.endpoints)
        models = [_model(place, model) for model in endpoints]
    except Exception as error:
        return EnvironmentStatus(
            environment=place.name, account=place.account, up=False, detail=_told(error)
        )
    return EnvironmentStatus(environment=place.name, account=place.account, up=True, models=models)


def _model(place: Place, model: str) -> ModelStatus:
    line = ReleaseLines.of(place).live(model)
    version = line["version"] if line else ""
    known = {each.number: each for each in versions(place, model)} if version else {}
    shown = ModelStatus(
        model=model,
        version=version,
        gate=known[version].gate if version in known else "",
        waiting=_waiting(place, model),
    )
    try:
        found = endpoint(place, model)
    except Exception as error:
        # One model without a service: what the others say of the environment still holds.
        if getattr(error, "status", 0) != NOT_FOUND:
            raise
        return replace(shown, detail="its service is missing from the cluster")
    health = found.health()
    return replace(
        shown,
        address=found.address,
        ready=health.ready,
        detail=health.detail or ("ready" if health.ready else f"HTTP {health.status}"),
        pods=found.pods,
    )


def _told(error: Exception) -> str:
    known = error if isinstance(error, YardError) else translated(error)
    if known:
        return known.message
    if type(error).__module__.startswith("kubernetes."):
        # As text, the client's errors hold the headers and the body of the answer.
        return f"the cluster answers {_of(error, 'status')} {_of(error, 'reason')}".rstrip()
    return f"{type(error).__name__}: {error}"


def _of(error: Exception, name: str) -> str:
    return str(getattr(error, name, None) or "")


def _waiting(place: Place, model: str) -> str:
    from modelyard.delivery.journey import Journeys
    from modelyard.delivery.operations import Operations

    operations = Operations.of(place)
    on_their_way = [each for each in Journeys(operations).open() if each.model == model]
    return "; ".join(f"{each.version or 'new'}: {each.state.value}" for each in on_their_way)
