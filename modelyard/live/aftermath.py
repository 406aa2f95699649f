"""How versions compare with those that they were to replace on the days since: both answer the
same rows, and no row was known to either of them when it was fitted."""

import json
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from modelyard.live.landing import delta
from modelyard.live.packages import fetched
from modelyard.live.releases import Line
from modelyard.place import Place

if TYPE_CHECKING:
    from ml.deployment.predictors import PackagedPredictor
    from ml.spec import ModelSpec

EVENT_DAY = "event_day"


@dataclass(frozen=True, kw_only=True)
class Aftermath:
    """One paired comparison; the interval comes from whole days drawn with replacement."""

    metric: str
    version: str
    before: str
    first_day: str
    last_day: str
    days: int
    rows: int
    """Labelled rows; the others say nothing about either."""
    candidate: float
    reference: float
    gain: float
    low: float
    high: float

    @property
    def told(self) -> str:
        """The comparison in one line."""
        verdict = "cannot be told apart" if self.low <= 0 <= self.high else "differ"
        return (
            f"{self.metric} {self.candidate:.4f} of version {self.version} against "
            f"{self.reference:.4f} of version {self.before} on {self.rows:,} rows of {self.days} "
            f"days: gain {self.gain:+.4f} [{self.low:+.4f}, {self.high:+.4f}], they {verdict}"
        )


@dataclass(frozen=True, kw_only=True)
class Pair:
    """A version and the one that it was to replace."""

    before: Line
    after: Line
    since: date
    """No day before counts, even where both would be new to it."""


@dataclass(frozen=True, kw_only=True)
class Contender:
    """One version as it answers."""

    predictor: "PackagedPredictor"
    learned_until: date | None
    """The last day of which it was told outcomes; none where rows have no day."""


def aftermath(place: Place, model: str, pairs: Sequence[Pair]) -> list[Aftermath]:
    """Compare each pair on all rows about days that are new to both.

    A pair is left out where no outcome is known, or where its versions know other classes.
    """
    from ml.spec import load_model

    if not pairs:
        return []
    spec = load_model(place.root / "models" / model)
    rows = _labelled(place, model, spec, min(each.since for each in pairs))
    if rows is None or rows.is_empty():
        return []
    lines = {line["version"]: line for each in pairs for line in (each.before, each.after)}

    # One that went live and was then to be replaced itself is in two pairs.
    @cache
    def contender(version: str) -> Contender:
        return _contender(place, model, lines[version])

    found = [_compared(pair, contender, rows, spec) for pair in pairs]
    return [each for each in found if each is not None]


def _compared(
    pair: Pair, contender: Callable[[str], Contender], rows: Any, spec: "ModelSpec"
) -> Aftermath | None:
    import polars

    from ml.development.bootstrap import compare, units_of

    before, after = (contender(line["version"]) for line in (pair.before, pair.after))
    first = _first_new_day(pair.since, before, after)
    rows = rows.filter(polars.col("day") >= first)
    candidate, reference = after.predictor, before.predictor
    if rows.is_empty() or candidate.classes != reference.classes:
        return None  # a chance of the one stands for nothing that the other knows
    metric = spec.gates.primary.metric
    found = compare(
        metric,
        _outcomes(rows["label"], candidate.classes),
        candidate.score(rows),
        reference.score(rows),
        units_of(rows["day"].to_list()),
        resamples=spec.gates.resamples,
        seed=spec.estimator.seed,
        confidence=spec.gates.confidence,
    )
    return Aftermath(
        metric=metric,
        version=pair.after["version"],
        before=pair.before["version"],
        first_day=str(rows["day"].min()),
        last_day=str(rows["day"].max()),
        days=found.units,
        rows=rows.height,
        candidate=found.candidate,
        reference=found.reference,
        gain=found.gain,
        low=found.low,
        high=found.high,
    )


def _first_new_day(since: date, *contenders: Contender) -> date:
    """The first day of which neither was told an outcome."""
    learned = [each.learned_until for each in contenders if each.learned_until is not None]
    return max([since, *(day + timedelta(days=1) for day in learned)])


def _contender(place: Place, model: str, line: Line) -> Contender:
    from ml.deployment.predictors import load_predictor
    from ml.steps.champion import fitted_of

    with tempfile.TemporaryDirectory(prefix="aftermath-") as folder:
        package = fetched(place, model, line, Path(folder))
        until = fitted_of(json.loads(package.read("lineage.json")))["last_label_day"]
        return Contender(
            predictor=load_predictor(package),
            learned_until=date.fromisoformat(until) if until else None,
        )


def _outcomes(labels: Any, classes: Sequence[str]) -> Any:
    """Numbers; for several classes the place of each label among them."""
    from ml.development.classes import class_codes, class_texts

    return class_codes(class_texts(labels), classes) if classes else labels.to_numpy()


def _labelled(place: Place, model: str, spec: "ModelSpec", since: date) -> Any:
    """What was asked by key about days from `since` on and has its outcome; none without tables.

    No last day is named: story and report would each choose one, and tell different figures.
    """
    import polars
    import pyarrow.dataset as columns

    from ml.monitoring.answers import answered

    asked = _table(place, f"predictions/{model}", columns.field(EVENT_DAY) >= since)
    labels = _table(place, f"labels/{model}")
    if asked is None or labels is None:
        return None
    return answered(asked, labels, spec).filter(polars.col("label").is_not_null())


def _table(place: Place, name: str, where: Any = None) -> Any:
    import polars

    table = delta(place, name)
    if table is None:
        return None
    dataset = table.to_pyarrow_dataset()
    # It comes with the first question that was asked by key.
    if where is not None and EVENT_DAY not in dataset.schema.names:
        return None
    return polars.from_arrow(dataset.to_table(filter=where))
