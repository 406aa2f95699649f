"""What the steps of one training run hand to each other: objects under runs/MODEL/RUN/."""

from __future__ import annotations

import argparse
import io
import json
import re
from dataclasses import dataclass
from typing import Any

import polars as pl

from ml.canonical import canonical
from ml.data.store import Store
from ml.failures import StepError
from ml.steps.arguments import StepParser

TRAINING, HOLDOUT, SCORED = "training.parquet", "holdout.parquet", "scored.parquet"
FEATURES, FITTED, METRICS, GATE = "features.json", "training.json", "metrics.json", "gate.json"
FORMATS, EXCHANGE = "formats.json", "model.onnx"
MODEL = "model.skops"
SERVED, REFITTED, REFITTED_EXCHANGE = "served.json", "refitted.skops", "refitted.onnx"
REFITTED_FORMATS = "refitted-formats.json"

_RUN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")
_MAKERS = {
    TRAINING: "features",
    HOLDOUT: "features",
    FEATURES: "features",
    FITTED: "train",
    MODEL: "train",
    METRICS: "evaluate",
    SCORED: "evaluate",
    FORMATS: "evaluate",
    EXCHANGE: "evaluate",
    GATE: "gate",
    SERVED: "refit",
    REFITTED: "refit",
    REFITTED_EXCHANGE: "refit",
    REFITTED_FORMATS: "refit",
}


@dataclass(frozen=True, kw_only=True)
class RunFolder:
    """The objects of one run; a missing one names the step that makes it."""

    store: Store
    model: str
    run: str

    def read(self, name: str) -> bytes:
        """An object's bytes."""
        content = self.store.get(self._key(name))
        if content is None:
            raise StepError(
                f"{self.store.uri(self._key(name))} does not exist; "
                f"run the step `{_MAKERS.get(name, 'features')}` of this run first"
            )
        return content

    def read_json(self, name: str) -> dict[str, Any]:
        """An object's JSON."""
        content: dict[str, Any] = json.loads(self.read(name))
        return content

    def read_frame(self, name: str) -> pl.DataFrame:
        """An object's table."""
        return pl.read_parquet(io.BytesIO(self.read(name)))

    def write(self, name: str, content: bytes) -> None:
        """Put an object; running a step again replaces what it made."""
        self.store.put(self._key(name), content)

    def write_json(self, name: str, value: dict[str, Any]) -> None:
        """Put JSON in its canonical form."""
        self.write(name, canonical(value))

    def write_frame(self, name: str, frame: pl.DataFrame) -> None:
        """Put a table."""
        buffer = io.BytesIO()
        frame.write_parquet(buffer)
        self.write(name, buffer.getvalue())

    def _key(self, name: str) -> str:
        return f"runs/{self.model}/{self.run}/{name}"


def run_parser(step: str, description: str | None) -> StepParser:
    """A parser with the flags that every step of a run has."""
    parser = StepParser(step, description)
    parser.add_argument("--artifacts", required=True, help="root of the artifacts, s3://BUCKET")
    parser.add_argument("--run", required=True, help="id of the training run")
    return parser


def folder_of(flags: argparse.Namespace) -> RunFolder:
    """The run that --artifacts, --model and --run name."""
    if _RUN.fullmatch(flags.run) is None:
        raise StepError(
            f"--run: {flags.run!r} is no run id; letters, digits, - and _", exit_code=2
        )
    return RunFolder(store=Store(flags.artifacts), model=flags.model, run=flags.run)
