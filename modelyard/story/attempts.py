"""Names what the story starts after its purpose, so that the next run finds it: no twin starts."""

from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

from modelyard.catalogue import kebab
from modelyard.delivery.journey import ENDED, Journey, Journeys, State
from modelyard.live.promotion import follow, request_promotion
from modelyard.live.training import DONE, data_run, training_run
from modelyard.place import Place
from modelyard.storage import bare
from modelyard.story.teller import Teller
from modelyard.story.verdict import require_passed

DIGITS = 12


def ingest_name(place: Place, model: str, purpose: str) -> str:
    """Name the data run that still goes, else a new one, which does what is left."""

    def over(name: str) -> bool:
        run = data_run(place, model, name)
        return run is not None and run.status in DONE

    return _attempt(purpose, over)


def ingested(place: Place, model: str, purpose: str) -> bool:
    """Say whether a data run for this purpose has come to its end."""
    for name in _names(purpose):
        run = data_run(place, model, name)
        if run is None or run.status == "Succeeded":
            return run is not None
    raise AssertionError("names never end")


def training_name(place: Place, model: str, release: dict[str, Any], purpose: str) -> str:
    """Name the training of a release for one purpose; another only after the last was in vain."""
    journeys = Journeys.of(place)

    def over(name: str) -> bool:
        run = training_run(place, model, name)
        if run is None:
            return False
        journey = journeys.by_run(run.run)
        lost = journey is not None and journey.state in {State.REFUSED, State.FAILED}
        return lost or run.status in {"Failed", "Stopped"}

    return _attempt(_of_release(purpose, release), over)


def promote(teller: Teller, target: str, release: dict[str, Any]) -> Journey:
    """Carry a release into an environment; a journey that is on its way there is followed."""
    place = teller.place(target)
    journeys = Journeys.of(place)
    model, image = teller.model, release["image_digest"]
    known = [e for e in journeys.open() if (e.model, e.image_digest) == (model, image)]

    def over(id: str) -> bool:
        journey = journeys.find(id)
        return journey is not None and journey.state in ENDED

    journey = (
        known[-1]
        if known
        else request_promotion(
            teller.yard,
            model,
            target,
            release,
            {},
            id=_attempt(_of_release(f"story-{kebab(model)}-{target}", release), over),
        )
    )
    return require_passed(place, follow(place, journey.id, teller.report))


def _of_release(purpose: str, release: dict[str, Any]) -> str:
    # A newer release is another piece of work, never the one of the release before it.
    return f"{purpose}-{bare(release['image_digest'])[:DIGITS]}"


def _attempt(purpose: str, over: Callable[[str], bool]) -> str:
    return next(name for name in _names(purpose) if not over(name))


def _names(purpose: str) -> Iterator[str]:
    return (purpose if number == 1 else f"{purpose}-{number}" for number in count(1))
