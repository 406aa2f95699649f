"""Starts training and follows the version it makes through delivery."""

import uuid
from collections.abc import Callable, Collection
from typing import Any

from modelyard.delivery.history import append_once
from modelyard.delivery.journey import State
from modelyard.delivery.released_rules import ReleasedRules
from modelyard.errors import RefusedError
from modelyard.live.promotion import follow_run, require_live
from modelyard.live.releases import Line, ReleaseLines
from modelyard.live.training import follow, start_training
from modelyard.place import Place
from modelyard.release_record import release_record
from modelyard.versions import describe


def live_release(place: Place, model: str) -> dict[str, Any]:
    """Return the release that serves now, which is what retraining runs again."""
    return release_record(place, _live_line(place, model)["image"])


def retrain_now(
    place: Place,
    model: str,
    report: Callable[[str], None],
    *,
    start: str = "",
    end: str = "",
    wait: bool = True,
) -> dict[str, Any]:
    """Train the live release again, on as much history as its own spec says."""
    from ml.failures import StepError

    line = _live_line(place, model)
    try:
        days = ReleasedRules().retraining(place, model, line).limits.window_days
    except StepError as error:
        raise RefusedError(
            f"What version {line['version']} of {model} says about retraining cannot be read: "
            f"{error}",
            remedy=f"modelyard train {model} --env {place.name}",
        ) from error
    return train_now(
        place,
        model,
        release_record(place, line["image"]),
        report,
        start=start,
        end=end,
        # Who names a beginning wants that one, not the spec's.
        days="" if start or days is None else str(days),
        wait=wait,
    )


def train_now(
    place: Place,
    model: str,
    release: dict[str, Any],
    report: Callable[[str], None],
    *,
    name: str = "",
    start: str = "",
    end: str = "",
    days: str = "",
    wait: bool = True,
    accept: Collection[State] = (State.AWAITING_APPROVAL,),
) -> dict[str, Any]:
    """Train, and follow the version until it is live, or waits for a person in a state to accept.

    With the name of a training that was started before, that one is followed.
    """
    name = name or f"train-{uuid.uuid4().hex[:12]}"
    execution = start_training(place, model, release, name=name, start=start, end=end, days=days)
    run = execution.rsplit("/", 1)[-1]
    append_once(
        place,
        {
            "operation": f"train#{run}",
            "kind": "retrained",
            "model": model,
            "actor": place.caller,
            "run": run,
            "image": release["image_digest"],
        },
    )
    started = {"model": model, "environment": place.name, "run": run, "execution": execution}
    if not wait:
        return started
    follow(place, execution, report)
    journey = follow_run(place, run, report)
    if journey.state not in accept:
        require_live(journey)
    version = describe(place, journey.package)
    return {
        **started,
        "id": journey.id,
        "state": journey.state.value,
        "version": journey.version,
        "gate": version.gate,
        "reason": journey.reason if journey.state is not State.LIVE else "",
    }


def _live_line(place: Place, model: str) -> Line:
    line = ReleaseLines.of(place).live(model)
    if line is None:
        raise RefusedError(
            f"No version of {model} is live in {place.name}; there is nothing to train again.",
            remedy=f"modelyard train {model} --env dev   (then promote it)",
        )
    return line
