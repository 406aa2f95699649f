"""What a model answered and what came of it: predictions joined with the labels known by then."""

from __future__ import annotations

import polars as pl

from ml.deployment.server.outcomes import MOST_EXACT
from ml.development.inputs import OUTPUTS
from ml.monitoring.signals import LABEL, PACKAGE, SCORE, VERSION
from ml.spec import ModelSpec

CLASSIFICATION, MULTICLASS = "classification", "multiclass"
DAY, KNOWN_AT = "day", "known_at"
ROW_KEY = ("prediction_id", "row")


def answered(predictions: pl.DataFrame, labels: pl.DataFrame, spec: ModelSpec) -> pl.DataFrame:
    """One row per predicted row: score, label (null while unknown), version, day, features.

    Of several labels for one row the one received last counts; `day` is the question's own day,
    or the day of the request where the caller sent features instead of a key. For multiclass a
    score is a list with a chance per class, and a label is a text.
    """
    task = spec.estimator.task
    newest = newest_labels(labels).select(*ROW_KEY, _label(task), KNOWN_AT)
    kinds = spec.features.columns
    days = [pl.col(name) for name in ("event_day", DAY) if name in predictions.columns]
    rows = predictions.select(
        *ROW_KEY,
        _score(task),
        VERSION,
        PACKAGE,
        pl.coalesce(days).alias(DAY),
        *(_feature(predictions, name, kind) for name, kind in kinds.items()),
    )
    return rows.join(newest, on=list(ROW_KEY), how="left", maintain_order="left")


def newest_labels(labels: pl.DataFrame) -> pl.DataFrame:
    """One label per predicted row: the one received last."""
    ordered = labels.sort("received_at", maintain_order=True)
    return ordered.unique(list(ROW_KEY), keep="last", maintain_order=True)


def _score(task: str) -> pl.Expr:
    if task == MULTICLASS:
        return pl.col("output_probabilities").cast(pl.List(pl.Float64)).alias(SCORE)
    return pl.col(f"output_{OUTPUTS[task]}").cast(pl.Float64).alias(SCORE)


def _label(task: str) -> pl.Expr:
    """A number; for multiclass a text, in which the whole number 2.0 is the class 2.

    A label that the task cannot have counts as unknown: a server without a version takes any.
    """
    label = pl.col("label")
    if task == MULTICLASS:
        whole = (label == label.round()) & (label.abs() < MOST_EXACT)
        numbered = pl.when(whole).then(label).cast(pl.Int64).cast(pl.String)
        return pl.coalesce("label_text", numbered).alias(LABEL)
    if task == CLASSIFICATION:
        return pl.when(label.is_in([0.0, 1.0])).then(label).alias(LABEL)
    return label.alias(LABEL)


def _feature(predictions: pl.DataFrame, name: str, kind: str) -> pl.Expr:
    """A feature under its own name; where its type once changed, it has a column for each."""
    dtype = pl.Float64() if kind == "number" else pl.String()
    column = f"input_{name}"
    found = [
        pl.col(each).cast(dtype)
        for each, held in predictions.schema.items()
        if (each == column or each.startswith(f"{column}__"))
        and held.is_numeric() == (kind == "number")
    ]
    return (pl.coalesce(found) if found else pl.lit(None, dtype)).alias(name)
