"""What a model sees: one float32 or text column per feature, alike in training and serving."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ml.failures import StepError

NUMBER, TEXT = "number", "text"
OUTPUTS = {"classification": "probability", "regression": "prediction", "multiclass": "label"}
"""What an answer is called, by task; for multiclass the likeliest class, whose chances follow."""
MISSING_TEXT = ""
"""A text nobody knows. ONNX strings cannot be null, so scikit-learn must not see nulls either."""


class InputError(StepError):
    """Rows that a model cannot be shown; the text names the column."""


def model_inputs(frame: pl.DataFrame, columns: Mapping[str, str]) -> pl.DataFrame:
    """The model's columns in its order: numbers as float32 with NaN for missing, text as text.

    float64 would be more than the exported graph computes with: thousands of rows would differ.
    """
    missing = [name for name in columns if name not in frame.columns]
    if missing:
        raise InputError(
            f"columns missing: {', '.join(missing)}; the rows have {', '.join(frame.columns)}"
        )
    return frame.select(
        pl.col(name).cast(pl.Float32).fill_null(float("nan"))
        if kind == NUMBER
        else pl.col(name).cast(pl.String).fill_null(MISSING_TEXT)
        for name, kind in columns.items()
    )


def tensors(inputs: pl.DataFrame) -> dict[str, NDArray[np.generic]]:
    """The same rows as one column vector per name, which is what an ONNX session takes."""
    return {name: _column(inputs[name]).reshape(-1, 1) for name in inputs.columns}


def _column(values: pl.Series) -> NDArray[np.generic]:
    if values.dtype == pl.String:
        return np.asarray(values.to_list(), dtype=object)
    return values.to_numpy()
