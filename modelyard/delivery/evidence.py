"""What was shown about a release in one environment, kept so that the next one can ask for it."""

from typing import Any

from modelyard import versions
from modelyard.delivery.journey import Journeys, State
from modelyard.errors import RefusedError
from modelyard.place import Place
from modelyard.storage import bare, read_json, write_json

PASSED = "passed"


def key_of(model: str, image_digest: str, environment: str) -> str:
    """Return where the evidence lies in the environment's artifacts bucket."""
    return f"evidence/{model}/{bare(image_digest)}/{environment}.json"


def store(place: Place, model: str, image_digest: str, evidence: dict[str, Any]) -> str:
    """Keep the evidence; returns its address."""
    bucket = place.platform.artifacts_bucket
    key = key_of(model, image_digest, place.name)
    write_json(place.client("s3"), bucket, key, evidence)
    return f"s3://{bucket}/{key}"


def require(place: Place, model: str, image_digest: str, *, target: str) -> dict[str, Any]:
    """Return passed evidence of the environment before, or refuse."""
    found = read_json(
        place.client("s3"),
        place.platform.artifacts_bucket,
        key_of(model, image_digest, place.name),
    )
    if found is None:
        _refuse_parked(place, model, image_digest)
        raise RefusedError(
            f"This release of {model} ({image_digest[:19]}…) has no evidence from {place.name}.",
            remedy=f"it must have been live there first: {_first_step(model, place.name)}",
        )
    if found["outcome"] != PASSED:
        raise RefusedError(
            f"This release of {model} did not pass in {place.name}: {found.get('reason', '')}.",
            remedy=f"mend it and release again; {target} takes only what passed in {place.name}",
        )
    return dict(found)


def _refuse_parked(place: Place, model: str, image_digest: str) -> None:
    """Name the version of this release that its gate did not pass: trained again, nor would it."""
    packages = [
        each.package
        for each in Journeys.of(place).open()
        if each.model == model and each.state is State.AWAITING_WAIVER
    ]
    # Not the journey's release: a version that was trained in dev begins its journey without one.
    parked = versions.there(place, packages)
    ours = [each for each in parked if each.facts.get("image_digest") == image_digest]
    if not ours:
        return
    newest = max(ours, key=lambda each: int(each.number))
    raise RefusedError(
        f"Version {newest.number} of {model}, made by this release ({image_digest[:19]}…), is "
        f"{State.AWAITING_WAIVER.value} in {place.name}: its gate says {newest.gate}.",
        remedy=f"{versions.how_to_waive(place, model, newest.number)}; "
        f"or mend models/{model} and release again",
    )


def _first_step(model: str, environment: str) -> str:
    if environment == "dev":
        return f"modelyard train {model} --env dev"
    return f"modelyard promote {model} --to {environment}"
