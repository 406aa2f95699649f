"""Which stories can be told: the flights' own one, and one of every model made from a file."""

from pathlib import Path

from modelyard import catalogue
from modelyard.errors import UsageError
from modelyard.onboarding.source import load_source
from modelyard.story.flights import Flights
from modelyard.story.lengths import FLIGHTS
from modelyard.story.own_file import OwnFile
from modelyard.story.replay import MOST_WEEKS
from modelyard.story.subject import Subject


def subject_of(root: Path, name: str, weeks: int = MOST_WEEKS) -> Subject:
    """Return what the story of a model needs; raises UsageError where there is no such story."""
    try:
        model = catalogue.model(name)
    except UsageError as error:
        raise UsageError(
            error.message,
            remedy=f"{error.remedy}; or: modelyard model new {name} --from FILE --label COLUMN",
        ) from error
    if model == FLIGHTS:
        return Flights(weeks=weeks)
    source = load_source(root / "models" / model)
    if source is None:
        raise UsageError(
            f"{model} was not made from a file (models/{model}/source.yaml is missing): "
            "its story is not told.",
            remedy=f"modelyard data land {model}; modelyard train {model} --env dev",
        )
    return OwnFile(root=root, model=model, source=source, weeks=weeks)
