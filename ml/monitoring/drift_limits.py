"""Whether a week is unlike the weeks before it, measured by how much those differ themselves.

Rows of one day are not independent, so the number of rows says nothing about how far a calm week
may lie from the last one. The spread of whole weeks does: it holds weather, season and chance.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import special

Direction = Literal["either", "lower", "higher"]
WHOLE_SHARE = 0.75
"""Share of the reference weeks that must be known before a week can be judged."""
_SMALLEST_SPREAD = 1e-9
"""Relative to the mean: equal weeks differ by rounding, which is no break."""


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """One week's value among its reference weeks."""

    reference: float | None
    """Mean of the reference weeks."""
    statistic: float | None
    """Student's t with as many degrees of freedom as there are reference weeks, less one."""
    p: float | None
    """Chance of a week at least as far away, in either direction."""
    breach: bool
    note: str = ""
    """Why nothing could be said, where that is so."""


def weeks_needed(reference_weeks: int) -> int:
    """How many of the reference weeks must be known; two is the least that have a spread."""
    return max(2, math.ceil(WHOLE_SHARE * reference_weeks))


def judge(
    value: float,
    history: Sequence[float],
    *,
    reference_weeks: int,
    p_below: float | None,
    direction: Direction = "either",
) -> Judgement:
    """Compare a week with the whole weeks before it; without `p_below` it is context only.

    The week itself is a draw too, hence sqrt(1 + 1/n): with independent normal weeks exactly
    `p_below` of all calm weeks ring, however few reference weeks there are. Where one direction
    alone rings it is half of them, because `p` counts both: one distance means the same in every
    signal.
    """
    needed = weeks_needed(reference_weeks)
    count = len(history)
    if count < needed:
        return Judgement(
            reference=float(np.mean(history)) if history else None,
            statistic=None,
            p=None,
            breach=False,
            note=f"not enough history: {count} whole weeks, {needed} needed",
        )
    mean, spread = float(np.mean(history)), float(np.std(history, ddof=1))
    spread = max(spread, _SMALLEST_SPREAD * max(abs(mean), 1.0))
    t = (value - mean) / (spread * math.sqrt(1 + 1 / count))
    p = float(2 * special.stdtr(count - 1, -abs(t)))
    # A model that got better is no reason to replace it.
    right_side = direction == "either" or (t < 0) == (direction == "lower")
    return Judgement(
        reference=mean,
        statistic=t,
        p=p,
        breach=p_below is not None and p < p_below and right_side,
    )
