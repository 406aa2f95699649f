"""The prediction to beat: what one would say knowing only the mean outcome of a few groups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from ml.development.metrics import Floats

_MEAN = "__mean__"


@dataclass(frozen=True, kw_only=True)
class Baseline:
    """Mean label per group; over everything for groups never seen, or when there are no groups."""

    columns: tuple[str, ...]
    overall: float
    groups: pl.DataFrame
    """One row per group: the grouping columns and its mean."""

    def score(self, frame: pl.DataFrame) -> Floats:
        """The mean of each row's group."""
        if not self.columns:
            return np.full(len(frame), self.overall)
        joined = frame.select(self.columns).join(
            self.groups, on=list(self.columns), how="left", nulls_equal=True, maintain_order="left"
        )
        return joined[_MEAN].fill_null(self.overall).to_numpy().astype(np.float64)


def fit_baseline(frame: pl.DataFrame, *, columns: Sequence[str], label: str) -> Baseline:
    """Learn the means from the labelled rows of the training set."""
    labelled = frame.filter(pl.col(label).is_not_null())
    means = (
        labelled.group_by(list(columns), maintain_order=True).agg(
            pl.col(label).cast(pl.Float64).mean().alias(_MEAN)
        )
        if columns
        else pl.DataFrame()
    )
    overall = labelled[label].cast(pl.Float64).mean()
    return Baseline(columns=tuple(columns), overall=float(overall), groups=means)  # type: ignore[arg-type]
