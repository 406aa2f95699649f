"""How a version that went live compares with the one before it on the days since: both answer the
same rows, and no row was known to either of them when it was fitted."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from modelyard.live.landing import delta
from modelyard.live.packages import fetched
from modelyard.live.releases import Line
from modelyard.place import Place

if TYPE_CHECKING:
    from ml.deployment.predictors import PackagedPredictor


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


def aftermath(
    place: Place, model: str, before: Line, after: Line, first: date, last: date
) -> Aftermath | None:
    """Compare two versions on what was asked from `first` to `last`; none without outcomes."""
    import polars
    import pyarrow.dataset as columns

    from ml.development.bootstrap import compare, units_of
    from ml.monitoring.answers import answered
    from ml.spec import load_model

    spec = load_model(place.root / "models" / model)
    day = columns.field("event_day")
    asked = _table(place, f"predictions/{model}", (day >= first) & (day <= last))
    labels = _table(place, f"labels/{model}")
    if asked is None or labels is None:
        return None
    rows = answered(asked, labels, spec).filter(polars.col("label").is_not_null())
    if rows.is_empty():
        return None
    metric = spec.gates.primary.metric
    candidate, reference = _predictor(place, model, after), _predictor(place, model, before)
    if candidate.classes != reference.classes:
        return None  # a chance of the one stands for nothing that the other knows
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
        version=after["version"],
        before=before["version"],
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


def _predictor(place: Place, model: str, line: Line) -> "PackagedPredictor":
    from ml.deployment.predictors import load_predictor

    with tempfile.TemporaryDirectory(prefix="aftermath-") as cache:
        return load_predictor(fetched(place, model, line, Path(cache)))


def _outcomes(labels: Any, classes: Sequence[str]) -> Any:
    """Numbers; for several classes the place of each label among them."""
    from ml.development.classes import class_codes, class_texts

    return class_codes(class_texts(labels), classes) if classes else labels.to_numpy()


def _table(place: Place, name: str, where: Any = None) -> Any:
    import polars

    table = delta(place, name)
    if table is None:
        return None
    return polars.from_arrow(table.to_pyarrow_dataset().to_table(filter=where))
