"""Step `evaluate`: measure the model and its baseline on the holdout."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

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
)
from ml.steps.serving_form import serving_form
from ml.steps.telling import tell


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


def _served(
    folder: RunFolder, pipeline: Any, fitted: dict[str, Any], inputs: pl.DataFrame
) -> dict[str, Any]:
    """Decide the form that would be served, keep it, and say how fast it is."""
    form = serving_form(pipeline, fitted["task"], dict(fitted["columns"]), inputs)
    if form.exchange is not None:
        folder.write(EXCHANGE, form.exchange)
    folder.write_json(FORMATS, form.formats)
    return {"form": form.name, **form.latency_ms}


def _shown(value: float | None) -> str:
    return "n/a" if value is None else f"{value:.4f}"
