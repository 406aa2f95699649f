"""Step `features`: source tables → feature table → training and holdout rows of one run."""

import argparse
import io
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import polars as pl

from ml.data.features import DAY, LABEL, feature_table
from ml.data.lakehouse import Lakehouse, Snapshot
from ml.data.store import Store
from ml.data.training_set import TrainingSet, training_set
from ml.data.window import ALL, parse_window
from ml.development.split import KEY_PREFIX
from ml.failures import StepError
from ml.spec import ModelSpec
from ml.steps.arguments import StepParser, spec_of


def run(argv: Sequence[str]) -> int:
    """Build the tables one training run reads, and record which table versions they came from."""
    flags = _parser().read(argv)
    spec = spec_of(flags)
    window, days = parse_window(flags.start, flags.end), _days(flags.days)
    source = Lakehouse(flags.source)
    snapshots = {name: source.read(f"curated/{name}") for name in spec.data.tables}
    table = feature_table(spec, {name: s.frame for name, s in snapshots.items()}, window)
    chosen = training_set(
        spec,
        table,
        window,
        days=days,
        holdout_days=flags.holdout_days,
        sample=_share(flags.sample),
    )
    lake = Lakehouse(flags.lake)
    lake.replace(f"features/{spec.name}", table, app_id=flags.run, app_version=1)
    record = _record(spec, snapshots, chosen, flags, lake.version(f"features/{spec.name}"))
    artifacts = Store(flags.artifacts)
    base = f"runs/{spec.name}/{flags.run}"
    artifacts.put(f"{base}/training.parquet", _parquet(chosen.training))
    artifacts.put(f"{base}/holdout.parquet", _parquet(chosen.holdout))
    artifacts.put(f"{base}/features.json", json.dumps(record, indent=1).encode())
    sys.stdout.write(_summary(record))
    sys.stdout.write(json.dumps({"step": "features", **record}) + "\n")
    return 0


def _parser() -> StepParser:
    parser = StepParser("features", __doc__)
    parser.add_argument("--source", required=True, help="lakehouse or mirror to read, s3://BUCKET")
    parser.add_argument("--lake", required=True, help="lakehouse that keeps the feature table")
    parser.add_argument("--artifacts", required=True, help="bucket of run artifacts, s3://BUCKET")
    parser.add_argument("--run", required=True, help="id of this training run")
    parser.add_argument("--start", default=ALL, help="first local day, 2013-01-01, or all")
    parser.add_argument("--end", default=ALL, help="local day after the last one, or all")
    parser.add_argument(
        "--days", default=ALL, help="days before the end, the holdout among them, or all"
    )
    parser.add_argument(
        "--holdout-days", type=int, help="instead of the spec's gates.holdout_days"
    )
    parser.add_argument("--sample", default="1.0", help="share of training rows kept, in (0, 1]")
    return parser


def _share(text: str) -> float:
    try:
        share = float(text)
    except ValueError:
        share = 0.0
    if not 0 < share <= 1:
        raise StepError(f"--sample: {text!r} must be a number above 0 and at most 1", exit_code=2)
    return share


def _days(text: str) -> int | None:
    if text == ALL:
        return None
    if not (text.isascii() and text.isdigit() and int(text) > 0):
        raise StepError(
            f"--days: {text!r} must be a whole number above 0, or {ALL!r}", exit_code=2
        )
    return int(text)


def _record(
    spec: ModelSpec,
    snapshots: dict[str, Snapshot],
    chosen: TrainingSet,
    flags: argparse.Namespace,
    feature_version: int | None,
) -> dict[str, Any]:
    """What lineage needs to build the same rows again."""
    labelled = {
        name: int(frame[LABEL].count())
        for name, frame in (("training", chosen.training), ("holdout", chosen.holdout))
    }
    return {
        "model": spec.name,
        "run": flags.run,
        "source": flags.source.rstrip("/"),
        "columns": [
            {"name": name, "kind": kind, "dtype": "float32" if kind == "number" else "string"}
            for name, kind in spec.features.columns.items()
        ],
        "label": LABEL,
        "day": DAY if spec.data.day is not None else None,
        "key": [f"{KEY_PREFIX}{name}" for name in spec.data.entity_key],
        "window": {
            "start": str(chosen.window.start) if chosen.window.start else None,
            "end": str(chosen.window.end) if chosen.window.end else None,
            "holdout_start": str(chosen.holdout_start) if chosen.holdout_start else None,
        },
        "sample": _share(flags.sample),
        "rows": {"training": len(chosen.training), "holdout": len(chosen.holdout)},
        "labelled": labelled,
        "tables": [asdict(snapshot.source) for snapshot in snapshots.values()],
        "feature_table": {
            "name": f"features/{spec.name}",
            "uri": f"{flags.lake.rstrip('/')}/features/{spec.name}",
            "version": feature_version,
        },
    }


def _parquet(frame: pl.DataFrame) -> bytes:
    buffer = io.BytesIO()
    frame.write_parquet(buffer)
    return buffer.getvalue()


def _summary(record: dict[str, Any]) -> str:
    window, rows, labelled = record["window"], record["rows"], record["labelled"]
    lines = [
        f"window     {window['start']} to {window['end']}, holdout from {window['holdout_start']}",
        f"training   {rows['training']} rows, {labelled['training']} with a label",
        f"holdout    {rows['holdout']} rows, {labelled['holdout']} with a label",
        *(f"source     {table['uri']} version {table['version']}" for table in record["tables"]),
    ]
    return "\n".join(lines) + "\n"
