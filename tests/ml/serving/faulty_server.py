"""A real server whose model misbehaves on request (arguments: port, volume, seconds until
hung, seconds until the deadline).

The input `mode` says per row what happens: 0 answer, 1 raise, 2 not finite, 3 wrong length,
-1 take a gibibyte of memory, -2 hang until there is a file GO_ON on the volume,
anything above: sleep for that many milliseconds.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from ml.deployment.server.assembly import build
from ml.deployment.server.predictor import Column, Field, Release
from ml.deployment.server.settings import Limits, Settings

GO_ON = "go-on"
# Short, for tests that wait for them, and longer than a busy machine lets a sound model stand.
LIMITS = Limits(deadline_seconds=4.0, hung_seconds=6.0, queued_requests=20, queued_rows=100)


class FaultyModel:
    """Does what its only input says."""

    inputs = (Field(name="mode", datatype="INT32"),)
    outputs = (Field(name="value", datatype="FP64"),)
    classes = ()

    def __init__(self, volume: Path) -> None:
        self._go_on = volume / GO_ON

    def predict(self, columns: Mapping[str, Column]) -> dict[str, Column]:
        """Answer, or not."""
        mode = columns["mode"]
        if (mode == 1).any():
            raise RuntimeError("the secret path /etc/model broke")
        if (mode == -1).any():
            np.ones(2**27)
        while (mode == -2).any() and not self._go_on.exists():
            time.sleep(0.01)
        time.sleep(int(mode[mode > 3].sum()) / 1000)
        value = np.where(mode == 2, np.nan, mode.astype(float))
        return {"value": value[:-1] if (mode == 3).any() else value}


class NoStore:
    """Takes segments and forgets them."""

    def put_object(self, **_: object) -> None:
        """Accept one object."""


def main(
    port: int,
    volume: Path,
    hung_seconds: float = LIMITS.hung_seconds,
    deadline_seconds: float = LIMITS.deadline_seconds,
) -> int:
    """Serve until SIGTERM."""
    settings = Settings(
        model="faulty",
        version="1",
        port=port,
        capture_uri="s3://lake/capture/faulty",
        capture_folder=volume,
        drain_seconds=0,
        limits=replace(LIMITS, hung_seconds=hung_seconds, deadline_seconds=deadline_seconds),
    )
    release = Release(model="faulty", version="1", digest="", predictor=FaultyModel(volume))
    return build(settings, release, lambda _service: NoStore()).run()


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), Path(sys.argv[2]), *map(float, sys.argv[3:])))
