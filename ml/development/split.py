"""Cuts rows into what a model may learn from and what it is judged on, the same way every time."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from ml.failures import StepError
from ml.spec import ModelSpec

KEY_PREFIX, GROUP = "key_", "holdout_group"
_BUCKETS = 1_000_000
"""Resolution of the hash split: a fraction is met to one in a million."""


class SplitError(StepError):
    """The rows cannot be cut as asked; the text says what there is."""


@dataclass(frozen=True, kw_only=True)
class Split:
    """Rows to learn from and rows to judge on; none is in both."""

    training: pl.DataFrame
    holdout: pl.DataFrame


def split_by_day(frame: pl.DataFrame, *, day: str, holdout_days: int, end: date) -> Split:
    """Hold out the last local days before `end` (exclusive); everything earlier is training.

    The cut depends on the window only, never on the rows: two candidates built for the same
    window are judged on the same days, even when a day happens to have no flights.
    """
    first = end - timedelta(days=holdout_days)
    inside = frame.filter(pl.col(day) < end)
    result = Split(
        training=inside.filter(pl.col(day) < first),
        holdout=inside.filter(pl.col(day) >= first),
    )
    _refuse_empty(
        result, f"holdout is {first} to {end} (exclusive), rows are of {_days(frame, day)}"
    )
    return result


def split_by_entity(frame: pl.DataFrame, spec: ModelSpec, *, seed: int, fraction: float) -> Split:
    """Hold out whole entities: rows with one key or, where the spec says so, of one group."""
    named = (
        [GROUP] if spec.gates.holdout_by else [f"{KEY_PREFIX}{k}" for k in spec.data.entity_key]
    )
    return split_by_hash(frame, keys=named, fraction=fraction, seed=seed)


def split_by_hash(
    frame: pl.DataFrame, *, keys: Sequence[str], fraction: float, seed: int
) -> Split:
    """Hold out a share of the entities, chosen by a hash of the key.

    An entity stays on its side when rows are added later, so no retraining learns from rows an
    earlier version was judged on.
    """
    limit = int(fraction * _BUCKETS)
    chosen = pl.Series(
        [_bucket(seed, row) < limit for row in frame.select(keys).iter_rows()], dtype=pl.Boolean
    )
    result = Split(training=frame.filter(~chosen), holdout=frame.filter(chosen))
    _refuse_empty(result, f"holdout is {fraction:.0%} of {len(frame)} rows by {', '.join(keys)}")
    return result


def _bucket(seed: int, key: tuple[object, ...]) -> int:
    text = "\x1f".join([str(seed), *(str(part) for part in key)])
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") % _BUCKETS


def _refuse_empty(split: Split, cut: str) -> None:
    for name, part in (("training", split.training), ("holdout", split.holdout)):
        if part.is_empty():
            raise SplitError(f"no {name} rows: {cut}; widen the window or shorten the holdout")


def _days(frame: pl.DataFrame, day: str) -> str:
    return f"{frame[day].min()!s} to {frame[day].max()!s}" if len(frame) else "none"
