"""A real server whose model takes every datatype (arguments: port and volume); short of patience.

Its patience and its limits are small, so that tests can use them up.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from ml.deployment.server.assembly import build
from ml.deployment.server.predictor import DATATYPES, Column, Field, Release
from ml.deployment.server.settings import Limits, Settings
from ml.steps.logs import configure
from tests.ml.serving.faulty_server import NoStore

MODEL = "every"
LIMITS = Limits(
    header_seconds=2, body_seconds=2, write_seconds=2, connections=300, held_bytes=32 * 1024 * 1024
)


class EveryType:
    """Answers with what it was asked, in every datatype."""

    inputs = (
        *(Field(name=name.lower(), datatype=name) for name in DATATYPES),
        Field(name="maybe_number", datatype="FP64", nullable=True),
        Field(name="maybe_text", datatype="BYTES", nullable=True),
    )
    classes = ()
    outputs = tuple(Field(name=f"{name.lower()}_out", datatype=name) for name in DATATYPES)

    def predict(self, columns: Mapping[str, Column]) -> dict[str, Column]:
        """Give the columns back; what is not there does not count."""
        assert np.asarray(columns["maybe_number"]).dtype == np.float64
        return {f"{name.lower()}_out": columns[name.lower()] for name in DATATYPES}


def main(port: int, volume: Path) -> int:
    """Serve until SIGTERM."""
    # As `python -m ml serve` does: a traceback without the values of the request.
    configure()
    settings = Settings(
        model=MODEL,
        version="1",
        port=port,
        capture_uri="s3://lake/capture/every",
        lake="s3://lake",
        capture_folder=volume,
        drain_seconds=0,
        limits=LIMITS,
    )
    release = Release(model=MODEL, version="1", digest="", predictor=EveryType())
    return build(settings, release, lambda _service: NoStore()).run()


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), Path(sys.argv[2])))
