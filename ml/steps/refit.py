"""Step `refit`: fit a candidate that passed again, on all labelled rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl

from ml.canonical import digest_of
from ml.data.training_set import sampled
from ml.deployment.formats import dump_model
from ml.development.inputs import model_inputs
from ml.development.train import TrainedModel, last_label_day, load_build, score, train
from ml.failures import StepError
from ml.spec import ModelSpec
from ml.steps.arguments import spec_of
from ml.steps.evaluate import fitted_pipeline
from ml.steps.run_folder import (
    FEATURES,
    FITTED,
    GATE,
    HOLDOUT,
    METRICS,
    REFITTED,
    REFITTED_EXCHANGE,
    REFITTED_FORMATS,
    SERVED,
    TRAINING,
    RunFolder,
    folder_of,
    run_parser,
)
from ml.steps.serving_form import ServingForm, serving_form
from ml.steps.telling import tell


def run(argv: Sequence[str]) -> int:
    """Write served.json: which model is packaged, and what it learned from."""
    flags = run_parser("refit", __doc__).read(argv)
    spec, folder = spec_of(flags), folder_of(flags)
    fitted, verdict = folder.read_json(FITTED), folder.read_json(GATE)["status"]
    if verdict == "passed":
        served = _refit(spec, folder, fitted)
    else:
        served = _as_judged(folder, fitted, f"the gate's verdict is {verdict}")
    folder.write_json(SERVED, served)
    tell(
        f"{spec.name}: {'refitted' if served['refitted'] else 'served as judged'}, "
        f"{served['reason']}; {served['rows']} rows, {served['fitted_on']}",
        {"step": "refit", **served},
    )
    return 0


def _refit(spec: ModelSpec, folder: RunFolder, fitted: dict[str, Any]) -> dict[str, Any]:
    """The same parameters and seed on training and holdout rows, measured in its served form."""
    rows, holdout = _all_rows(spec, folder, fitted)
    columns = dict(fitted["columns"])
    model = train(
        rows,
        load_build(spec.folder, spec.estimator.function),
        columns=columns,
        label="label",
        task=fitted["task"],
        seed=fitted["seed"],
        parameters=fitted["parameters"],
    )
    inputs = model_inputs(holdout, columns)
    form = serving_form(model.pipeline, model.task, columns, inputs)
    median = form.latency_ms["median"]
    if median > spec.gates.latency_ms:
        reason = (
            f"refitted it needs {median:.2f} ms for one row as {form.name}; at most "
            f"{spec.gates.latency_ms:g} ms is allowed"
        )
        return _as_judged(folder, fitted, reason)
    content = dump_model(model.pipeline)
    folder.write(REFITTED, content)
    if form.exchange is not None:
        folder.write(REFITTED_EXCHANGE, form.exchange)
    folder.write_json(REFITTED_FORMATS, {**form.formats, "latency_ms": form.latency_ms})
    return {
        "refitted": True,
        "reason": "the gate passed",
        "fitted_on": _fitted_on(last_label_day(rows)),
        "rows": model.rows,
        "last_label_day": last_label_day(rows),
        "digest": digest_of(content),
        "classes": list(model.classes),
        "form": form.name,
        "latency_ms": form.latency_ms,
        "mean_difference": _difference(folder, fitted, model, inputs, form),
        "judged": _judged(fitted),
    }


def _as_judged(folder: RunFolder, fitted: dict[str, Any], reason: str) -> dict[str, Any]:
    last = fitted["last_label_day"]
    latency = folder.read_json(METRICS)["latency_ms"]
    return {
        "refitted": False,
        "reason": reason,
        "fitted_on": "labelled rows before the holdout" + (f", until {last}" if last else ""),
        "rows": fitted["rows"],
        "last_label_day": last,
        "digest": fitted["model_digest"],
        "classes": fitted["classes"],
        "form": latency["form"],
        "latency_ms": {name: latency[name] for name in ("median", "p99")},
        "mean_difference": 0.0,
        "judged": _judged(fitted),
    }


def _judged(fitted: dict[str, Any]) -> dict[str, Any]:
    """The candidate whose figures the package carries."""
    return {
        "digest": fitted["model_digest"],
        "rows": fitted["rows"],
        "last_label_day": fitted["last_label_day"],
        "classes": fitted["classes"],
    }


def _all_rows(
    spec: ModelSpec, folder: RunFolder, fitted: dict[str, Any]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Training and holdout rows together, and the holdout; both as they were judged."""
    for name, digest in ((TRAINING, "training_sha256"), (HOLDOUT, "holdout_sha256")):
        if digest_of(folder.read(name)) != fitted[digest]:
            raise StepError(f"{name} of run {folder.run} has changed since `train` read it")
    holdout = folder.read_frame(HOLDOUT)
    # Where training took a share of the rows, the holdout's days must not weigh more than others.
    share = folder.read_json(FEATURES).get("sample") or 1.0
    later = sampled(spec, holdout, share)
    return pl.concat([folder.read_frame(TRAINING), later]), holdout


def _difference(
    folder: RunFolder,
    fitted: dict[str, Any],
    model: TrainedModel,
    inputs: pl.DataFrame,
    form: ServingForm,
) -> float | None:
    """How far what is served lies from what was judged, on the holdout; none if classes differ."""
    if list(model.classes) != fitted["classes"]:
        return None
    judged = score(fitted_pipeline(folder, fitted), fitted["task"], inputs)
    return round(float(np.abs(form.answer(inputs) - judged).mean()), 6)


def _fitted_on(last: str | None) -> str:
    return "all labelled rows" + (f" until {last}" if last else "")
