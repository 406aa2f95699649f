"""The peer: what one writes first with FastAPI, in an environment of its own.

Run as `uvicorn plain_fastapi:app`; BENCH_MODEL names the folder, BENCH_RUNTIME `skops` or `onnx`.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
from fastapi import FastAPI  # type: ignore[import-not-found, unused-ignore]
from pydantic import BaseModel

FOLDER = Path(os.environ["BENCH_MODEL"])
COLUMNS = [f"x{index}" for index in range(10)]


class Rows(BaseModel):
    """A request."""

    rows: list[list[float]]


def _load() -> object:
    if os.environ["BENCH_RUNTIME"] == "onnx":
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        return onnxruntime.InferenceSession(FOLDER / "model.onnx", options)
    import skops.io

    trusted = skops.io.get_untrusted_types(file=FOLDER / "model.skops")
    return skops.io.load(FOLDER / "model.skops", trusted=trusted)


MODEL = _load()
app = FastAPI()


if os.environ["BENCH_RUNTIME"] == "onnx":

    @app.post("/predict")  # type: ignore[untyped-decorator, unused-ignore]
    async def predict(request: Rows) -> dict[str, list[float]]:
        """Answer with ONNX Runtime."""
        table = np.array(request.rows, dtype=np.float32)
        feed = {name: table[:, i : i + 1] for i, name in enumerate(COLUMNS)}
        return {"probability": MODEL.run(None, feed)[1][:, 1].tolist()}  # type: ignore[attr-defined]

else:
    import pandas as pd

    @app.post("/predict")  # type: ignore[untyped-decorator, unused-ignore]
    def predict(request: Rows) -> dict[str, list[float]]:
        """Answer with scikit-learn."""
        table = pd.DataFrame(np.array(request.rows, dtype=np.float32), columns=COLUMNS)
        return {"probability": MODEL.predict_proba(table)[:, 1].tolist()}  # type: ignore[attr-defined]
