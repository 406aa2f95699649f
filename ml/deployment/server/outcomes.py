"""Which outcomes a model can have: what comes in by mistake would be counted for ever."""

from __future__ import annotations

import math

MOST_EXACT = 2**53
"""From here on a floating-point number stands for several whole ones, so it names no class."""


def impossible(label: bool | float | str, task: str) -> str:
    """Why a label can be no outcome of a task, as a message; empty where it can be one.

    Of an unknown task every text and every number that is kept as it is can be one.
    """
    if isinstance(label, str):
        return _NO_TEXT.get(task, "")
    try:
        number = float(label)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        return "the number is too large"
    if task == "classification" and number not in (0, 1):
        return f"{label:g} is neither 0 nor 1, which are the outcomes of this model"
    if task == "multiclass" and not (number.is_integer() and abs(number) < MOST_EXACT):
        return f"{label:g} is no class; classes are texts or whole numbers"
    return ""


_NO_TEXT = {
    "classification": "a text is no outcome of this model; allowed: 0, 1, true, false",
    "regression": "a text is no outcome of this model; allowed: a number",
}
