"""The classes of a multi-class label: text whatever the column holds, learned once, then kept."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import polars as pl

from ml.development.resampled import Integers
from ml.failures import StepError

MOST_CLASSES = 1000
"""More distinct labels than this are an identifier or a quantity, not classes."""


class ClassError(StepError):
    """Labels that are no classes; the text says what there is."""


def class_texts(labels: pl.Series) -> pl.Series:
    """Labels as text, missing ones missing: 2, 2.0 and "2" are one class, "2.0" another."""
    if labels.dtype.is_float():
        present = labels.drop_nulls()
        odd = present.filter(~present.is_finite() | (present != present.round()))
        if len(odd):
            raise ClassError(
                f"label {odd[0]!r}: classes are texts or whole numbers; "
                "a quantity needs the task regression"
            )
        labels = labels.cast(pl.Int64)
    elif not (
        labels.dtype.is_integer()
        or labels.dtype in (pl.String, pl.Boolean, pl.Categorical, pl.Enum, pl.Null)
    ):
        raise ClassError(f"labels of type {labels.dtype}: classes are texts or whole numbers")
    return labels.cast(pl.String)


def learn_classes(texts: pl.Series) -> tuple[str, ...]:
    """The distinct labels in order: by value where all are whole numbers, else as texts."""
    found: list[str] = texts.drop_nulls().unique().to_list()
    if len(found) > MOST_CLASSES:
        raise ClassError(
            f"{len(found)} distinct labels; at most {MOST_CLASSES} are classes. Is the label an "
            "identifier, or a quantity that needs the task regression?"
        )
    return tuple(_ordered(found))


def class_codes(texts: pl.Series, classes: Sequence[str]) -> Integers:
    """Each label's place in `classes`; a label that is not among them gets a place behind them."""
    places = {name: place for place, name in enumerate((*classes, *unseen(texts, classes)))}
    return texts.replace_strict(places, return_dtype=pl.Int64).to_numpy()


def unseen(texts: pl.Series, classes: Sequence[str]) -> list[str]:
    """Labels that are none of the classes, in order."""
    return _ordered(set(texts.drop_nulls().unique()) - set(classes))


def _ordered(texts: Iterable[str]) -> list[str]:
    listed = list(texts)
    try:
        return sorted(listed, key=lambda text: (int(text), text))
    except ValueError:
        return sorted(listed)
