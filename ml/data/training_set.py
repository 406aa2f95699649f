"""Cuts a feature table into the rows to learn from and the rows to be judged on."""

from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from ml.data.features import DAY, LABEL
from ml.data.window import Window
from ml.development.split import (
    KEY_PREFIX,
    SplitError,
    split_by_day,
    split_by_entity,
    split_by_hash,
)
from ml.failures import StepError
from ml.spec import ModelSpec


@dataclass(frozen=True, kw_only=True)
class TrainingSet:
    """What one training run reads; the holdout is whole even where training is a sample."""

    training: pl.DataFrame
    holdout: pl.DataFrame
    window: Window
    holdout_start: date | None


def training_set(
    spec: ModelSpec,
    table: pl.DataFrame,
    window: Window,
    *,
    days: int | None = None,
    holdout_days: int | None = None,
    sample: float = 1.0,
) -> TrainingSet:
    """Split by the spec's rule, then take the sample of the training rows.

    The holdout is the window's last labelled days; with `days` the window begins that many days
    before its end.
    """
    held = holdout_days or spec.gates.holdout_days or 0
    if table.is_empty():
        raise StepError(f"no rows between {window.start} and {window.end}; has the data landed?")
    try:
        if spec.data.day is None:
            split = split_by_entity(
                table,
                spec,
                fraction=spec.gates.holdout_fraction or 0,
                seed=spec.estimator.seed,
            )
            start = None
        else:
            window, end = _measured(table, window, days)
            inside = table.filter(pl.col(DAY) >= window.start)
            split = split_by_day(inside, day=DAY, holdout_days=held, end=end)
            start = end - timedelta(days=held)
        training = sampled(spec, split.training, sample)
    except SplitError as error:
        raise StepError(str(error)) from error
    return TrainingSet(
        training=training, holdout=split.holdout, window=window, holdout_start=start
    )


def _measured(table: pl.DataFrame, window: Window, days: int | None) -> tuple[Window, date]:
    """The window with both sides named, and the day after its last labelled one.

    Days at the end whose outcomes nobody knows yet would only shorten the holdout.
    """
    # What comes after the window is not its end, even where the table has it.
    inside = table if window.end is None else table.filter(pl.col(DAY) < window.end)
    labelled = inside.filter(pl.col(LABEL).is_not_null())
    first, last = inside[DAY].min(), labelled[DAY].max()
    if not isinstance(first, date):
        raise StepError(f"column {DAY} holds no days")
    if not isinstance(last, date):
        raise StepError(f"no row between {window.start} and {window.end} has a label yet")
    end = last + timedelta(days=1)
    start = max(window.start or first, end - timedelta(days=days) if days else first)
    return Window(start=start, end=end), end


def sampled(spec: ModelSpec, frame: pl.DataFrame, sample: float) -> pl.DataFrame:
    """A share of the rows, chosen by a hash of their key; the same rows every time."""
    if sample >= 1:
        return frame
    keys = [name for name in frame.columns if name.startswith(KEY_PREFIX)]
    # Another seed than the holdout's: with the same one the sample would be cut from one end.
    seed = spec.estimator.seed + 1
    return split_by_hash(frame, keys=keys, fraction=sample, seed=seed).holdout
