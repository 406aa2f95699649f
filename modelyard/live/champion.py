"""The version that is live: its release line, and the training run that made it."""

from dataclasses import dataclass

from modelyard.errors import RefusedError
from modelyard.live.releases import Line, ReleaseLines
from modelyard.place import Place
from modelyard.versions import version


@dataclass(frozen=True, kw_only=True)
class Champion:
    """What serves now."""

    line: Line
    run: str
    """Whose training and holdout rows can be asked about."""


def champion(place: Place, model: str) -> Champion:
    """Return what is live; raises RefusedError where nothing is."""
    line = ReleaseLines.of(place).live(model)
    if line is None:
        raise RefusedError(
            f"No version of {model} is live in {place.name}.", remedy="modelyard status"
        )
    return Champion(line=line, run=str(version(place, model, line["version"]).facts["run"]))
