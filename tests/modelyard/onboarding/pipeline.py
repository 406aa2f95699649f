"""Runs a model that was made from a file as a pipeline does, in this process."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ml.__main__ import main
from ml.data.store import Store
from modelyard.onboarding.user_made import batches_of


def run(model: str, root: Path, *, sample: float = 1.0) -> dict[str, Any]:
    """Land, ingest and train as a pipeline does; returns what the gate said."""
    lake, artifacts = str(root / "lake"), str(root / "artifacts")
    for name, body in batches_of(root, model):
        Store(lake).put(f"landing/{model}/{name}", body)
    of_run = ["--model", model, "--artifacts", artifacts, "--run", "r1"]
    steps = [
        ["ingest", "--model", model, "--lake", lake],
        ["features", "--source", lake, "--lake", lake, "--sample", str(sample), *of_run],
        *([step, *of_run] for step in ("train", "evaluate", "gate")),
    ]
    for step in steps:
        assert main(step) == 0, step[0]
    found: dict[str, Any] = json.loads(Store(artifacts).get(f"runs/{model}/r1/gate.json") or b"")
    return found
