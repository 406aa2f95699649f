"""Writes a customer file of any length and width, piece by piece, with what makes it work."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl

_CELLS_PER_PIECE = 5_000_000
_SECONDS = 180 * 86_400


def write(path: Path, rows: int, measures: int, seed: int = 7) -> None:
    """`rows` customers, `measures` numbers each, half a year of moments and a label.

    CSV, or Parquet where the path ends so: then in one group of rows, as most writers make it.
    """
    pieces = _pieces(rows, measures, np.random.default_rng(seed))
    if path.suffix == ".parquet":
        pl.concat(pieces).write_parquet(path, row_group_size=rows)
        return
    with path.open("wb") as file:
        for number, piece in enumerate(pieces):
            piece.write_csv(file, include_header=number == 0, datetime_format="%Y-%m-%dT%H:%M:%SZ")


def _pieces(rows: int, measures: int, rng: np.random.Generator) -> Iterator[pl.DataFrame]:
    step = _CELLS_PER_PIECE // (measures + 8)
    for first in range(0, rows, step):
        yield _piece(rng, first, min(step, rows - first), measures)


def _piece(rng: np.random.Generator, first: int, count: int, measures: int) -> pl.DataFrame:
    driver = rng.normal(size=count)
    seen = np.datetime64("2024-01-01T00:00:00") + rng.integers(0, _SECONDS, count)
    signup = np.datetime64("2020-01-01") + rng.integers(0, 1400, count)
    numbers = {
        f"measure {k}": np.round(rng.normal(size=count) + (driver if k < 3 else 0), 4)
        for k in range(measures)
    }
    return pl.DataFrame(
        {
            "customer_id": np.arange(first, first + count) + 100_000,
            "email": [f"c{number}@example.org" for number in range(first, first + count)],
            "plan": rng.choice(["basic", "plus", "pro"], count),
            "country": rng.choice([f"C{number}" for number in range(40)], count),
            "signup": signup.astype("datetime64[D]"),
            "seen_at": seen.astype("datetime64[us]"),
            **numbers,
            "churned": np.where(driver + rng.logistic(size=count) > 1, "yes", "no"),
        }
    )
