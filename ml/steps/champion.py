"""Which form of the champion may answer a holdout: one that did not learn from its rows."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from ml.deployment.package import Package
from ml.deployment.predictors import PackagedPredictor, load_judged, load_predictor
from ml.development.rules import Rule, other_split, unfair
from ml.spec import ModelSpec

SERVED, JUDGED = "served", "judged"


@dataclass(frozen=True, kw_only=True)
class Opponent:
    """The form that is compared, and why it may not be a fair one."""

    form: str
    """`served`, or `judged`: the candidate it once was, before it was refitted."""
    last_label_day: str | None
    predictor: PackagedPredictor
    rules: tuple[Rule, ...]


def opponent(champion: Package, spec: ModelSpec, first_day: str | None) -> Opponent:
    """The champion as it is served if the holdout is new to that, else as it was judged.

    A champion was refitted on its own holdout. A candidate made of the same days, by better
    code, could never be compared with that; with the candidate that it once was, it can.
    """
    fitted = fitted_of(json.loads(champion.read("lineage.json")))
    forms = {SERVED: fitted["last_label_day"], JUDGED: fitted["judged"]["last_label_day"]}
    if first_day is None:
        # Without days the same entities are held out always; only the judged form is new to them.
        form = JUDGED if fitted["refitted"] else SERVED
        rules = _split_rules(champion, spec)
    else:
        new = [name for name, last in forms.items() if last is not None and last < first_day]
        form = new[0] if new else JUDGED
        rules = () if new else (unfair(forms[JUDGED] or "an unknown day", first_day),)
    judged = form == JUDGED and fitted["refitted"]
    return Opponent(
        form=form if judged else SERVED,
        last_label_day=forms[form],
        predictor=load_judged(champion, fitted["judged"]["classes"])
        if judged
        else load_predictor(champion),
        rules=rules,
    )


def fitted_of(lineage: dict[str, Any]) -> dict[str, Any]:
    """What the package says of its two fits; packages made before there was a refit have one."""
    if "fitted" in lineage:
        return dict(lineage["fitted"])
    last = lineage["rows"]["training_last_day"]
    judged = {"last_label_day": last, "classes": []}
    return {"refitted": False, "last_label_day": last, "judged": judged}


def _split_rules(champion: Package, spec: ModelSpec) -> tuple[Rule, ...]:
    """The hash that chose the champion's holdout must have left out these entities, too."""
    then = json.loads(champion.read("spec.json"))
    seed, gates = then["estimator"]["seed"], then["gates"]
    alike = seed == spec.estimator.seed and gates.get("holdout_by") == spec.gates.holdout_by
    if alike and (gates["holdout_fraction"] or 0.0) >= (spec.gates.holdout_fraction or 0.0):
        return ()
    return (other_split(),)
