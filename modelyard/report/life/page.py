"""What the page says and draws of one life, put together from facts and verdicts."""

from collections.abc import Sequence
from typing import Any

from modelyard.report.drawing import Spec
from modelyard.report.facts import VersionFacts
from modelyard.report.life import charts, features, gains, quiet, verdicts
from modelyard.report.life.axis import marks, unseen_releases
from modelyard.report.life.facts import LifeFacts


def told(life: LifeFacts, versions: Sequence[VersionFacts]) -> dict[str, Any]:
    """What stands beside the charts."""
    return {
        "summary": verdicts.summary(life) if life.weeks else "",
        "rang": verdicts.rang(life),
        "quiet": quiet.quiet(life),
        "back": any(mark.back for mark in marks(life)),
        "unseen": unseen_releases(life),
        "gates": {each.number: each.gate for each in _came(life, versions)},
        "gains": gains.comparisons(life, _came(life, versions)),
        "unmeasured": _unmeasured(life),
        "features": len(features.moved(life)),
    }


def drawn(life: LifeFacts, versions: Sequence[VersionFacts]) -> dict[str, Spec | None]:
    """The charts by name; none where there is nothing to draw."""
    return {
        f"{life.id}-life": charts.life(life),
        f"{life.id}-retrained": gains.retrained(gains.comparisons(life, _came(life, versions))),
        f"{life.id}-features": features.features(life),
    }


def _came(life: LifeFacts, versions: Sequence[VersionFacts]) -> list[VersionFacts]:
    """The versions that retrainings by themselves have made."""
    numbers = {each.version for each in life.retrainings if each.version}
    ours = [e for e in versions if (e.environment, e.model) == (life.environment, life.model)]
    return [each for each in ours if each.number in numbers]


def _unmeasured(life: LifeFacts) -> list[str]:
    """The versions whose days after nobody could compare, or had outcomes of."""
    measured = {each.version for each in life.after}
    made = dict.fromkeys(each.version for each in life.retrainings if each.version)
    return [version for version in made if version not in measured]
