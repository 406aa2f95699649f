"""kill -9 loses no acknowledged prediction: the next process on the same volume ships the rest."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterable
from pathlib import Path

import pytest

from ml.deployment.capture.segment import Answer, Segment, read
from tests.ml.serving.cloud import Cloud, Packaged
from tests.ml.serving.lake import captured, wait_until
from tests.ml.serving.server_process import ServerProcess
from tests.ml.serving.traffic import Traffic
from tests.recovery import Recovery

pytestmark = pytest.mark.process


def test_every_acknowledged_prediction_survives_three_kills(
    cloud: Cloud, package: Packaged, volume: Path, recovery: Recovery
) -> None:
    acknowledged: set[tuple[str, int]] = set()
    for round_ in range(3):
        server = ServerProcess(cloud, volume, package, POD_NAME="killed").start()
        with Traffic(server.url) as traffic:
            traffic.wait_for(200 + 150 * round_)
            server.signal(signal.SIGKILL)
            assert server.wait() == -signal.SIGKILL
        acknowledged |= traffic.acknowledged
    with (
        recovery.within(60, "a server killed 3 times, until all it had answered is in the lake"),
        ServerProcess(cloud, volume, package, POD_NAME="killed"),
    ):
        wait_until(lambda: acknowledged <= captured(cloud, "killed").keys())
    assert set(captured(cloud, "killed").values()) == {1}


def test_a_torn_tail_is_dropped_and_the_answers_before_it_are_kept(
    cloud: Cloud, package: Packaged, volume: Path
) -> None:
    ServerProcess(cloud, volume, package).start().kill()  # leaves the verified package behind
    # An address at which nothing listens keeps the segments on the volume.
    away = ServerProcess(cloud, volume, package, POD_NAME="torn", **unreachable()).start()
    with Traffic(away.url, clients=2) as traffic:
        traffic.wait_for(20)
        away.kill()
    kept = {path: read(path.read_bytes(), Answer) for path in segments(volume)}
    assert traffic.acknowledged <= rows(kept.values())
    last = max(path for path, segment in kept.items() if segment.records)
    # As if it had been killed some bytes before the end of the last answer that it wrote.
    os.truncate(last, last.stat().st_size - kept[last].torn_bytes - 5)
    del kept[last].records[-1]
    with ServerProcess(cloud, volume, package, POD_NAME="torn"):
        wait_until(lambda: segments(volume) == [])
        assert captured(cloud, "torn").keys() == rows(kept.values())


def segments(volume: Path) -> list[Path]:
    # In this order: one that is sealed meanwhile is seen under its new name.
    return [*volume.glob("*.open"), *volume.glob("*.seg")]


def rows(kept: Iterable[Segment[Answer]]) -> set[tuple[str, int]]:
    """Prediction id and row of every answer."""
    return {
        (answer.prediction_id, row)
        for segment in kept
        for answer in segment.records
        for row in range(len(answer.outputs[0]))
    }


def unreachable() -> dict[str, str]:
    """S3 at an address where nothing listens; KMS and the package stay reachable."""
    return {"AWS_ENDPOINT_URL_S3": "http://127.0.0.1:9"}


def test_answers_do_not_wait_for_the_lake(cloud: Cloud, package: Packaged, volume: Path) -> None:
    ServerProcess(cloud, volume, package).start().kill()  # leaves the verified package behind
    with (
        ServerProcess(cloud, volume, package, POD_NAME="away", **unreachable()) as server,
        Traffic(server.url, clients=2) as traffic,
    ):
        traffic.wait_for(300)
        assert traffic.statuses == {200}
    assert captured(cloud, "away") == {}
    with ServerProcess(cloud, volume, package, POD_NAME="away"):
        wait_until(lambda: traffic.acknowledged <= captured(cloud, "away").keys())
