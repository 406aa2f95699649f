"""What is live where, asked of the endpoints themselves and not of anybody's memory."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from modelyard.errors import YardError
from modelyard.live.endpoint import Pod, endpoint
from modelyard.live.releases import ReleaseLines
from modelyard.place import Place
from modelyard.translate import translated
from modelyard.versions import versions


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
        known = error if isinstance(error, YardError) else translated(error)
        detail = known.message if known else f"{type(error).__name__}: {error}"
        return EnvironmentStatus(
            environment=place.name, account=place.account, up=False, detail=detail
        )
    return EnvironmentStatus(environment=place.name, account=place.account, up=True, models=models)


def _model(place: Place, model: str) -> ModelStatus:
    line = ReleaseLines.of(place).live(model)
    version = line["version"] if line else ""
    known = {each.number: each for each in versions(place, model)} if version else {}
    found = endpoint(place, model)
    health = found.health()
    return ModelStatus(
        model=model,
        version=version,
        gate=known[version].gate if version in known else "",
        address=found.address,
        ready=health.ready,
        detail=health.detail or ("ready" if health.ready else f"HTTP {health.status}"),
        pods=found.pods,
        waiting=_waiting(place, model),
    )


def _waiting(place: Place, model: str) -> str:
    from modelyard.delivery.journey import Journeys
    from modelyard.delivery.operations import Operations

    operations = Operations.of(place)
    on_their_way = [each for each in Journeys(operations).open() if each.model == model]
    return "; ".join(f"{each.version or 'new'}: {each.state.value}" for each in on_their_way)
