"""Step `evaluate`: measure the model and its baseline on the holdout."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl

from ml.canonical import digest_of
from ml.deployment.formats import load_model
from ml.development.baseline import fit_baseline
from ml.development.evaluate import evaluate
from ml.development.inputs import model_inputs
from ml.development.scored import BASELINE, CANDIDATE, scored_rows
from ml.development.train import score
from ml.failures import StepError
from ml.steps.arguments import spec_of
from ml.steps.run_folder import (
    FITTED,
    HOLDOUT,
    METRICS,
    MODEL,
    SCORED,
    TRAINING,
    RunFolder,
    folder_of,
    run_parser,
    tell,
)

_TIMED = 100
"""One-row calls that are timed; the median of these is the latency."""


def run(argv: Sequence[str]) -> int:
    """Score the holdout with model and baseline; write the scores and every figure."""
    flags = run_parser("evaluate", __doc__).read(argv)
    spec, folder = spec_of(flags), folder_of(flags)
    holdout, fitted = folder.read_frame(HOLDOUT), folder.read_json(FITTED)
    pipeline = fitted_pipeline(folder, fitted)
    inputs = model_inputs(holdout, dict(fitted["columns"]))
    baseline = fit_baseline(
        folder.read_frame(TRAINING), columns=spec.gates.baseline, label="label"
    )
    slices = [limit.column for limit in spec.gates.slices]
    slices += [limit.column for limit in spec.gates.fairness]
    scored = scored_rows(
        holdout,
        task=spec.estimator.task,
        label="label",
        day="day" if "day" in holdout.columns else None,
        slices=slices,
        scores={
            CANDIDATE: score(pipeline, fitted["task"], inputs),
            BASELINE: baseline.score(holdout),
        },
    )
    metrics = evaluate(scored, slices=list(dict.fromkeys(slices)))
    metrics["latency_ms"] = measure_latency(pipeline, fitted["task"], inputs)
    folder.write_frame(SCORED, scored.frame)
    folder.write_json(METRICS, metrics)
    lines = [
        f"{model:<10}" + "  ".join(f"{name} {_shown(value)}" for name, value in values.items())
        for model, values in metrics["metrics"].items()
    ]
    summary = f"{spec.name}: {metrics['labelled_rows']} held-out rows with a known outcome"
    tell("\n".join([summary, *lines]), {"step": "evaluate", **metrics["metrics"]})
    return 0


def fitted_pipeline(folder: RunFolder, fitted: dict[str, Any]) -> Any:
    """The model of this run, if its bytes are those that `train` wrote."""
    content = folder.read(MODEL)
    if digest_of(content) != fitted["model_digest"]:
        raise StepError(f"{MODEL} of run {folder.run} has changed since `train` wrote it")
    return load_model(content)


def measure_latency(pipeline: Any, task: str, inputs: pl.DataFrame) -> dict[str, float]:
    """How long one row takes, in milliseconds."""
    times = []
    for index in range(_TIMED):
        row = inputs.slice(index % len(inputs), 1)
        started = time.perf_counter()
        score(pipeline, task, row)
        times.append((time.perf_counter() - started) * 1000)
    median, slow = np.quantile(times, [0.5, 0.99])
    return {"median": round(float(median), 3), "p99": round(float(slow), 3)}


def _shown(value: float | None) -> str:
    return "n/a" if value is None else f"{value:.4f}"
