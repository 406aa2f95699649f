"""How versions that came by themselves compare with the champion of their time on days since."""

from datetime import date, datetime

from modelyard.delivery.journey import Journeys
from modelyard.live.aftermath import Aftermath, aftermath
from modelyard.live.releases import Line, ReleaseLines
from modelyard.live.watching import automatic_retrainings
from modelyard.place import Place
from modelyard.story.weeks import journey_of
from modelyard.versions import Version, version


def comparisons(place: Place, model: str, last: date) -> list[Aftermath]:
    """Compare them all, those too that were kept back; read anew, for it may take many runs."""
    found = []
    journeys = Journeys.of(place)
    for decided in automatic_retrainings(place, model):
        journey = journeys.find(journey_of(place, model, decided)) if decided["starts"] else None
        if journey is not None and journey.version:
            found.append(_compared(place, model, journey.version, decided["at"], last))
    return [each for each in found if each is not None]


def _compared(place: Place, model: str, number: str, at: str, last: date) -> Aftermath | None:
    """A version and the one that it was to replace, on the days that neither had seen."""
    made = version(place, model, number)
    before = _champion(place, model, made)
    if before is None:
        return None
    first = datetime.fromisoformat(at).date()
    return aftermath(place, model, before, made.line, first, last)


def _champion(place: Place, model: str, made: Version) -> Line | None:
    """The newest version that was live before this one could be, and is not gone back from."""
    lines = ReleaseLines.of(place)
    live = lines.live(model)
    known = [*lines.history(model), *([live] if live else [])]
    older = [line for line in known if int(line["version"]) < int(made.number)]
    return older[-1] if older else None
