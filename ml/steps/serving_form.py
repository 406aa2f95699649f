"""The form in which a fitted model is served: ONNX where it was measured equal, else skops."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

import numpy as np
import polars as pl
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from ml.canonical import digest_of
from ml.deployment.exchange import export_if_equal, score_onnx, session
from ml.development.metrics import Floats
from ml.development.missing import indispensable
from ml.development.train import score

_TIMED = 100
"""One-row calls that are timed; the median of these is the latency."""


@dataclass(frozen=True, kw_only=True)
class ServingForm:
    """What the server will run, how fast it is, and what it can do without."""

    name: str
    """`onnx` or `skops`."""
    exchange: bytes | None
    """The ONNX bytes, where they are served."""
    formats: dict[str, Any]
    """What formats.json holds: the measured equality, and inputs that must not be missing."""
    latency_ms: dict[str, float]
    answer: Callable[[pl.DataFrame], Floats]


def serving_form(
    pipeline: Any, task: str, columns: Mapping[str, str], inputs: pl.DataFrame
) -> ServingForm:
    """Decide the form, time it, and try what it can do without, on rows of `inputs`."""
    content, equality = export_if_equal(pipeline, task, columns, inputs)
    record = {**asdict(equality), "digest": digest_of(content) if content else None}
    answer: Callable[[pl.DataFrame], Floats] = partial(score, pipeline, task)
    if content is not None:
        answer = partial(score_onnx, session(content), task)
    needed = indispensable(answer, inputs, columns)
    return ServingForm(
        name="skops" if content is None else "onnx",
        exchange=content,
        formats={"onnx": record, "not_nullable": needed},
        latency_ms=measure_latency(answer, inputs),
        answer=answer,
    )


def measure_latency(
    answer: Callable[[pl.DataFrame], object], inputs: pl.DataFrame
) -> dict[str, float]:
    """How long one row takes on one thread, in milliseconds: a pod has half a core."""
    times = []
    with threadpool_limits(limits=1):
        for index in range(_TIMED):
            row = inputs.slice(index % len(inputs), 1)
            started = time.perf_counter()
            answer(row)
            times.append((time.perf_counter() - started) * 1000)
    median, slow = np.quantile(times, [0.5, 0.99])
    return {"median": round(float(median), 3), "p99": round(float(slow), 3)}
