"""Which metrics a model's versions are shown by: what its gate decides by comes first."""

from collections.abc import Sequence
from typing import Any

from modelyard.report.charts import METRICS
from modelyard.report.facts import VersionFacts

OVER = " over "
"""Stands in the gate's rules about the primary metric: `mae over baseline`."""


def metrics_of(versions: Sequence[VersionFacts]) -> list[str]:
    """The metrics that these versions of one model were measured by, as far as they are drawn."""
    measured = {name for each in versions for name in _figures(each, "candidate")}
    primary = [each for each in map(primary_of, versions) if each in measured]
    return list(dict.fromkeys([*primary, *(name for name in METRICS if name in measured)]))


def primary_of(version: VersionFacts) -> str:
    """The metric that the version was compared by; nothing where it was not compared."""
    rules = (str(rule["name"]) for rule in version.gate_details.get("rules", []))
    return next((name.partition(OVER)[0] for name in rules if OVER in name), "")


def best(version: VersionFacts) -> tuple[str, float, float] | None:
    """Metric, the version's figure and its baseline's, of the first metric that both have."""
    ours, theirs = (_figures(version, who) for who in ("candidate", "baseline"))
    for name in metrics_of([version]):
        if ours.get(name) is not None and theirs.get(name) is not None:
            return name, ours[name], theirs[name]
    return None


def _figures(version: VersionFacts, who: str) -> dict[str, Any]:
    return dict(version.metrics.get("metrics", {}).get(who, {}))
