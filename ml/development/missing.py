"""Finds out which inputs a model can do without, by leaving them out and looking at the answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import polars as pl

from ml.development.inputs import MISSING_TEXT, NUMBER
from ml.development.metrics import Floats

_ROWS = 10
"""Enough to meet more than one branch of a model, few enough to ask once per column."""

Answer = Callable[[pl.DataFrame], Floats]


def indispensable(answer: Answer, inputs: pl.DataFrame, columns: Mapping[str, str]) -> list[str]:
    """The columns without which there is no answer; all of them if only together they fail."""
    rows = inputs.head(_ROWS)
    needed = [name for name in columns if not _answers(answer, _without(rows, columns, [name]))]
    others = [name for name in columns if name not in needed]
    if others and not _answers(answer, _without(rows, columns, others)):
        return list(columns)
    return needed


def _without(rows: pl.DataFrame, columns: Mapping[str, str], names: list[str]) -> pl.DataFrame:
    return rows.with_columns(
        pl.lit(float("nan") if columns[name] == NUMBER else MISSING_TEXT)
        .cast(rows.schema[name])
        .alias(name)
        for name in names
    )


def _answers(answer: Answer, rows: pl.DataFrame) -> bool:
    try:
        found = answer(rows)
    # Estimators refuse a missing value each in its own way.
    except Exception:
        return False
    return bool(np.isfinite(found).all())
