"""Step `evaluate`: measure the model and its baseline on the holdout."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import partial
from typing import Any

import numpy as np
import polars as pl
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from ml.canonical import digest_of
from ml.deployment.exchange import export_if_equal, score_onnx, session
from ml.deployment.formats import load_model
from ml.development.baseline import fit_baseline
from ml.development.evaluate import evaluate
from ml.development.inputs import model_inputs
from ml.development.missing import indispensable
from ml.development.scored import BASELINE, CANDIDATE, scored_rows
from ml.development.train import score
from ml.failures import StepError
from ml.steps.arguments import spec_of
from ml.steps.run_folder import (
    EXCHANGE,
    FITTED,
    FORMATS,
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
    """Score the holdout with model and baseline; write scores, figures and the served form."""
    flags = run_parser("evaluate", __doc__).read(argv)
    spec, folder = spec_of(flags), folder_of(flags)
    holdout, fitted = folder.read_frame(HOLDOUT), folder.read_json(FITTED)
    pipeline = fitted_pipeline(folder, fitted)
    inputs = model_inputs(holdout, dict(fitted["columns"]))
    baseline = fit_baseline(
        folder.read_frame(TRAINING),
        columns=spec.gates.baseline,
        label="label",
        classes=fitted["classes"],
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
        classes=fitted["classes"],
    )
    metrics = evaluate(scored, slices=list(dict.fromkeys(slices)))
    metrics["latency_ms"] = _served(folder, pipeline, fitted, inputs)
    folder.write_frame(SCORED, scored.frame)
    folder.write_json(METRICS, metrics)
    lines = [
        f"{model:<10}" + "  ".join(f"{name} {_shown(value)}" for name, value in values.items())
        for model, values in metrics["metrics"].items()
    ]
    summary = f"{spec.name}: {metrics['labelled_rows']} held-out rows with a known outcome"
    for known in metrics.get("classes", ()):
        if not known["learned"]:
            summary += f"\n{known['rows']} rows of class {known['class']!r}, which nobody learned"
    tell("\n".join([summary, *lines]), {"step": "evaluate", **metrics["metrics"]})
    return 0


def fitted_pipeline(folder: RunFolder, fitted: dict[str, Any]) -> Any:
    """The model of this run, if its bytes are those that `train` wrote."""
    content = folder.read(MODEL)
    if digest_of(content) != fitted["model_digest"]:
        raise StepError(f"{MODEL} of run {folder.run} has changed since `train` wrote it")
    return load_model(content)


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


def _served(
    folder: RunFolder, pipeline: Any, fitted: dict[str, Any], inputs: pl.DataFrame
) -> dict[str, Any]:
    """Decide the form that will be served, keep it, time it, and try what it can do without."""
    task, columns = fitted["task"], dict(fitted["columns"])
    content, equality = export_if_equal(pipeline, task, columns, inputs)
    record = {**asdict(equality), "digest": digest_of(content) if content else None}
    form, answer = "skops", partial(score, pipeline, task)
    if content is not None:
        folder.write(EXCHANGE, content)
        form, answer = "onnx", partial(score_onnx, session(content), task)
    needed = indispensable(answer, inputs, columns)
    folder.write_json(FORMATS, {"onnx": record, "not_nullable": needed})
    return {"form": form, **measure_latency(answer, inputs)}


def _shown(value: float | None) -> str:
    return "n/a" if value is None else f"{value:.4f}"
