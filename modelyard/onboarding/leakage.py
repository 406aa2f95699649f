"""How well one column alone tells the label: close to perfectly means that it may give it away."""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

SUSPECT_AUC, SUSPECT_R2 = 0.99, 0.98
_GROUPS = 30
_FEWEST = 100

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Power:
    """What one column alone can do, from 0 (nothing) to 1 (everything), on rows it did not see."""

    strength: float
    suspect: bool


def power(values: pl.Series, target: pl.Series, task: str) -> Power:
    """Learn the target's mean per group of values on half of the rows, and ask the other half."""
    known = target.is_not_null()
    values, target = values.filter(known), target.filter(known)
    if len(target) < 4:
        return Power(strength=0.0, suspect=False)
    groups = _groups(values)
    if task == "regression":
        strength = max(0.0, _explained(groups, target.cast(pl.Float64)))
        strength = max(strength, _straight(values, target))
        return Power(strength=strength, suspect=_surely(strength >= SUSPECT_R2, target))
    words = target.cast(pl.String)
    classes = words.value_counts(sort=True).head(5).get_column(words.name).to_list()
    # Two classes mirror each other; one tells all.
    asked = classes[-1:] if len(classes) == 2 else classes
    areas = [_area(groups, (words == each).cast(pl.Float64)) for each in asked]
    strength = max(0.0, 2 * float(np.mean(areas)) - 1)
    return Power(strength=strength, suspect=_surely(strength >= 2 * SUSPECT_AUC - 1, target))


def _surely(found: bool, target: pl.Series) -> bool:
    return found and len(target) >= _FEWEST


def _groups(values: pl.Series) -> pl.Series:
    """Tenths or words, and a group of its own for missing values."""
    if values.dtype == pl.String:
        return values.fill_null("")
    numbers = values.cast(pl.Float64)
    if numbers.n_unique() <= _GROUPS:
        return numbers.cast(pl.String).fill_null("")
    ranks = numbers.rank("average") / max(1, numbers.count())
    return (ranks * _GROUPS).floor().cast(pl.String).fill_null("")


def _told(groups: pl.Series, target: pl.Series) -> tuple[Floats, Floats]:
    """What the other half's groups say of each half's rows, and how it was."""
    odd = pl.Series(np.arange(len(target)) % 2 == 1)
    frame = pl.DataFrame({"group": groups, "target": target})
    told: list[Floats] = []
    truth: list[Floats] = []
    for learn, ask in ((odd, ~odd), (~odd, odd)):
        seen, asked = frame.filter(learn), frame.filter(ask)
        overall = float(seen["target"].mean() or 0.0)  # type: ignore[arg-type]
        means = seen.group_by("group").agg(
            # A few imagined rows at the overall mean: a word seen once proves nothing.
            ((pl.col("target").sum() + overall) / (pl.len() + 1)).alias("mean")
        )
        joined = asked.join(means, on="group", how="left", maintain_order="left")
        told.append(joined["mean"].fill_null(overall).to_numpy())
        truth.append(joined["target"].to_numpy())
    return np.concatenate(told), np.concatenate(truth)


def _area(groups: pl.Series, target: pl.Series) -> float:
    """Area under the ROC curve, by ranks."""
    told, truth = _told(groups, target)
    positive = int(truth.sum())
    negative = len(truth) - positive
    if not positive or not negative:
        return 0.5
    ranks = pl.Series(told).rank("average").to_numpy()
    return float((ranks[truth == 1].sum() - positive * (positive + 1) / 2) / (positive * negative))


def _explained(groups: pl.Series, target: pl.Series) -> float:
    """Share of the target's variance that the groups explain."""
    told, truth = _told(groups, target)
    spread = float(((truth - truth.mean()) ** 2).sum())
    return 1 - float(((truth - told) ** 2).sum()) / spread if spread else 0.0


def _straight(values: pl.Series, target: pl.Series) -> float:
    """Square of the rank correlation: a column that is the label in another unit."""
    if values.dtype == pl.String:
        return 0.0
    frame = pl.DataFrame({"x": values.cast(pl.Float64), "y": target.cast(pl.Float64)}).drop_nulls()
    if frame.height < _FEWEST or frame["x"].n_unique() < 3:
        return 0.0
    found = frame.select(pl.corr("x", "y", method="spearman")).item()
    return float(found) ** 2 if found is not None and np.isfinite(found) else 0.0
