"""The real machinery of delivery: the engine, the registry of images, the cluster, the ledger."""

import time
from collections.abc import Callable
from typing import Any

from modelyard.delivery.history import append_once, is_recorded
from modelyard.delivery.journey import Journey
from modelyard.delivery.load_test import LoadResult
from modelyard.delivery.load_test import load as run_load
from modelyard.delivery.released_rules import ReleasedRules
from modelyard.delivery.station import Machinery
from modelyard.errors import RefusedError, YardError
from modelyard.live.deploying import deploy_releases
from modelyard.live.endpoint import Endpoint, endpoint, wait_ready
from modelyard.live.example import inputs_of, request, rows_of, single_requests
from modelyard.live.training import look, start_training
from modelyard.place import Place
from modelyard.versions import Version

SMOKE_ROWS = 20
LOAD_ROWS = 200
READY_SECONDS = 90.0
SETTLING_SECONDS = 30.0
"""How long another version's pods may still answer once the new one's are ready."""


def machinery(report: Callable[[str], None]) -> Machinery:
    """Return the machinery that acts on real environments."""

    def deploy(place: Place) -> dict[str, int]:
        return deploy_releases(place, report).changes

    rules = ReleasedRules()
    return Machinery(
        deploy=deploy,
        copy_image=_copy_image,
        start_training=_start_training,
        training_state=_training_state,
        smoke=_smoke,
        load=_load,
        record=append_once,
        is_recorded=is_recorded,
        approval_rule=rules.approval,
        retrain_rules=rules.retraining,
    )


def _copy_image(place: Place, release: dict[str, Any]) -> str:
    from modelyard.images import copy_into

    return copy_into(place, release)


def _start_training(place: Place, journey: Journey) -> str:
    return start_training(
        place,
        journey.model,
        journey.release,
        name=journey.id,
        start=journey.window.get("start", ""),
        end=journey.window.get("end", ""),
        days=journey.window.get("days", ""),
        requested_by=journey.requested_by,
    )


def _training_state(place: Place, execution: str) -> tuple[str, str]:
    found = look(place, execution)
    return found.status, found.reason


def _smoke(place: Place, version: Version, model: str) -> dict[str, Any]:
    found = _ready(place, version, model)
    package, run = version.facts["package_uri"], version.facts["run"]
    try:
        inputs = inputs_of(place, package)
        frame = rows_of(place, model, run, count=SMOKE_ROWS)
        answer = _answer_of(version, found, request(inputs, frame, id="smoke"))
    except YardError as error:
        raise RefusedError(f"The endpoint does not answer: {error.message}") from error
    first, *_ = outputs = answer["outputs"]
    answered = min(output["shape"][0] for output in outputs)
    if answered < frame.height:
        raise RefusedError(f"{frame.height} rows were asked about, {answered} answered.")
    return {
        "rows": frame.height,
        "first": first["data"][0],
        "answered_by": version.number,
    }


def _answer_of(version: Version, found: Endpoint, asked: dict[str, Any]) -> dict[str, Any]:
    """Ask until this version answers: a pod that is on its way out may still be reached."""
    deadline = time.monotonic() + SETTLING_SECONDS
    while True:
        answer = found.infer(asked)
        by = str(answer.get("model_version"))
        if by == version.number:
            return answer
        if time.monotonic() > deadline:
            raise RefusedError(f"version {by} answered, not {version.number}")
        time.sleep(0.25)


def _load(place: Place, version: Version, model: str) -> LoadResult:
    found = _ready(place, version, model)
    inputs = inputs_of(place, version.facts["package_uri"])
    frame = rows_of(place, model, version.facts["run"], count=LOAD_ROWS)
    return run_load(f"{found.address}/v2/models/{model}/infer", single_requests(inputs, frame))


def _ready(place: Place, version: Version, model: str) -> Endpoint:
    """Wait until the endpoint serves this version, and nothing else."""
    found = endpoint(place, model)
    health = wait_ready(found, READY_SECONDS)
    if not health.ready:
        raise RefusedError(f"The endpoint is not ready: {health.status} {health.detail}")
    served = [str(each) for each in found.metadata().get("versions", [])]
    if version.number not in served:
        raise RefusedError(
            f"The endpoint serves version {', '.join(served)}, not {version.number}."
        )
    return found
