"""Decides whether a candidate may be released: every rule with its figures, none by hand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from ml.development.bootstrap import Interval, compare
from ml.development.rules import (
    Rule,
    Status,
    evidence,
    fairness,
    gained,
    good_enough,
    latency,
    slice_kept,
)
from ml.development.scored import BASELINE, CANDIDATE, CHAMPION, Scored
from ml.spec_operations import Gates


@dataclass(frozen=True, kw_only=True)
class Decision:
    """The gate's answer; `insufficient` means that too little is known, which is not a pass."""

    status: Status
    against: str
    rules: tuple[Rule, ...]

    def as_json(self) -> dict[str, Any]:
        """The decision as it is stored and signed."""
        return {**asdict(self), "rules": [asdict(rule) for rule in self.rules]}

    @property
    def reasons(self) -> list[str]:
        """Why it is not a pass, one line a rule."""
        return [f"{r.name}: {r.text}" for r in self.rules if r.status != "passed"]


def judge(
    scored: Scored,
    gates: Gates,
    *,
    seed: int,
    latency_ms: float,
    threshold: float = 0.5,
    found_before: Sequence[Rule] = (),
) -> Decision:
    """Judge the candidate on rows that no model in the comparison was fitted on.

    `found_before` are rules that could be decided without scores, such as a champion that
    cannot be compared at all.
    """
    labelled = scored.labelled
    reference = CHAMPION if CHAMPION in scored.models else BASELINE
    rules = [*found_before, evidence(labelled, gates)]
    if len(labelled.frame):
        rules += _figures(labelled, gates, reference, seed)
        rules += (slice_kept(labelled, gates, limit, reference) for limit in gates.slices)
        rules += fairness(labelled, gates, threshold)
    rules.append(latency(gates, latency_ms))
    # Too little evidence comes first: figures that rest on it can neither pass nor condemn.
    found = {rule.status for rule in rules}
    status: Status = next((s for s in ("insufficient", "failed") if s in found), "passed")
    return Decision(status=status, against=reference, rules=tuple(rules))


def _figures(labelled: Scored, gates: Gates, reference: str, seed: int) -> Iterator[Rule]:
    primary = gates.primary
    yield good_enough(labelled, primary.metric, primary.minimum)
    margins = {BASELINE: primary.margin_over_baseline, CHAMPION: primary.margin_over_champion}
    for model in dict.fromkeys([BASELINE, reference]):
        interval = _compare(labelled, gates, primary.metric, model, seed)
        allowed = margins[model]
        yield gained(
            f"{primary.metric} over {model}",
            interval,
            passed=interval.low > allowed,
            allowed=allowed,
            wanted=f"the interval must lie above {allowed:+g}",
        )
    if gates.second is not None:
        interval = _compare(labelled, gates, gates.second.metric, reference, seed)
        allowed = -gates.second.tolerance
        yield gained(
            f"{gates.second.metric} not worse than {reference}",
            interval,
            passed=interval.gain >= allowed,
            allowed=allowed,
            wanted=f"the gain must be at least {allowed:+g}",
        )


def _compare(labelled: Scored, gates: Gates, name: str, model: str, seed: int) -> Interval:
    return compare(
        name,
        labelled.labels,
        labelled.scores(CANDIDATE),
        labelled.scores(model),
        labelled.units,
        resamples=gates.resamples,
        seed=seed,
        confidence=gates.confidence,
    )
