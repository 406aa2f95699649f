"""The prediction to beat: what one would say knowing only the mean outcome of a few groups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from ml.development.classes import class_texts
from ml.development.metrics import Floats

_MEAN, _ROWS = "__mean__", "__rows__"


@dataclass(frozen=True, kw_only=True)
class Baseline:
    """Mean label per group; over everything for groups never seen, or when there are no groups.

    Of classes it is how often each came. A group counts one row more, made of all rows: a class
    that a small group happens to lack is rare there, not impossible.
    """

    columns: tuple[str, ...]
    overall: tuple[float, ...]
    """The mean of the label, or the frequency of each class."""
    groups: pl.DataFrame
    """One row per group: the grouping columns and a column per entry of `overall`."""
    classes: tuple[str, ...] = ()

    def score(self, frame: pl.DataFrame) -> Floats:
        """The mean of each row's group; for classes a column each."""
        if self.columns:
            joined = frame.select(self.columns).join(
                self.groups,
                on=list(self.columns),
                how="left",
                nulls_equal=True,
                maintain_order="left",
            )
            told = [joined[_mean(n)].fill_null(mean) for n, mean in enumerate(self.overall)]
            scores = np.column_stack([series.to_numpy() for series in told]).astype(np.float64)
        else:
            scores = np.tile(self.overall, (len(frame), 1))
        return scores if self.classes else scores[:, 0]


def fit_baseline(
    frame: pl.DataFrame, *, columns: Sequence[str], label: str, classes: Sequence[str] = ()
) -> Baseline:
    """Learn the means from the labelled rows of the training set."""
    labelled = frame.filter(pl.col(label).is_not_null())
    targets = _targets(labelled[label], classes)
    overall = tuple(float(target.mean()) for target in targets)  # type: ignore[arg-type]
    groups = pl.DataFrame()
    if columns:
        groups = (
            labelled.select(columns)
            .with_columns(targets)
            .group_by(list(columns), maintain_order=True)
            .agg(pl.len().alias(_ROWS), *(pl.col(target.name).mean() for target in targets))
        )
        if classes:
            groups = groups.with_columns(
                (pl.col(_mean(n)) * pl.col(_ROWS) + mean) / (pl.col(_ROWS) + 1)
                for n, mean in enumerate(overall)
            )
        groups = groups.drop(_ROWS)
    return Baseline(columns=tuple(columns), overall=overall, groups=groups, classes=tuple(classes))


def _targets(labels: pl.Series, classes: Sequence[str]) -> list[pl.Series]:
    if not classes:
        return [labels.cast(pl.Float64).alias(_mean(0))]
    texts = class_texts(labels)
    return [(texts == name).cast(pl.Float64).alias(_mean(n)) for n, name in enumerate(classes)]


def _mean(number: int) -> str:
    return f"{_MEAN}{number}"
