"""Storage that is slow, throttled, away or lies about time costs nobody an answer or a row."""

from __future__ import annotations

import shutil
import threading
import time
import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from deltalake import DeltaTable

from ml.data.object_store import storage_options
from ml.deployment.capture.segment import Feedback, Label, SegmentName, frames, preamble
from ml.monitoring.captured import FeedbackSegments
from ml.monitoring.collector import GAP, Collector
from ml.monitoring.label_rows import label_rows
from ml.monitoring.predictions import LabelsTable, PredictionsTable
from tests.ml.serving.cloud import Cloud, Packaged
from tests.ml.serving.fault_proxy import Fault, FaultProxy
from tests.ml.serving.lake import captured, wait_until
from tests.ml.serving.server_process import ServerProcess
from tests.ml.serving.shipping import WRITER, Lake, origin
from tests.ml.serving.traffic import Traffic
from tests.recovery import Recovery

pytestmark = pytest.mark.process

SKEWED: dict[str, Any] = {"status": 403, "code": "RequestTimeTooSkewed"}
SLOW_DOWN: dict[str, Any] = {"status": 503, "code": "SlowDown"}


@pytest.fixture
def proxy(cloud: Cloud) -> Iterator[FaultProxy]:
    with FaultProxy(cloud.endpoint).running() as running:
        yield running


@pytest.fixture(scope="module")
def kept(cloud: Cloud, package: Packaged, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A volume on which a server before has kept the verified package."""
    volume = tmp_path_factory.mktemp("kept")
    ServerProcess(cloud, volume, package).start().kill()
    return volume


@pytest.fixture
def warm(kept: Path, volume: Path) -> Path:
    """Another pod's volume with that package, so that it starts without the store."""
    shutil.copytree(kept / "packages", volume / "packages")
    return volume


def test_what_storage_refuses_is_shipped_once_it_does_not(
    cloud: Cloud, package: Packaged, warm: Path, proxy: FaultProxy, recovery: Recovery
) -> None:
    pod = f"pod-{uuid.uuid4().hex}"
    there = {"AWS_ENDPOINT_URL_S3": proxy.url, "POD_NAME": pod}
    with ServerProcess(cloud, warm, package, **there) as server:
        for name, fault in (
            # More often than one call of the client tries by itself.
            ("throttling (SlowDown, 6 times)", Fault("PUT", pod, 6, **SLOW_DOWN)),
            ("a clock too far off (403, twice)", Fault("PUT", pod, 2, **SKEWED)),
            ("an answer lost after the write", Fault("PUT", pod, 2, lost=True)),
        ):
            proxy.faults = [fault]
            with Traffic(server.url, clients=2) as traffic:
                traffic.wait_for(60)
                wait_until(lambda: proxy.over)
            assert traffic.statuses == {200}
            assert traffic.broken == []
            with recovery.within(15, name):
                wait_until(lambda sent=traffic: sent.acknowledged <= captured(cloud, pod).keys())
    assert set(captured(cloud, pod).values()) == {1}


def test_while_the_lake_takes_its_time_for_a_segment_answers_are_given(
    cloud: Cloud, package: Packaged, warm: Path, proxy: FaultProxy
) -> None:
    pod, taken = f"pod-{uuid.uuid4().hex}", threading.Event()

    def take_its_time() -> None:
        taken.wait(60)

    proxy.faults = [Fault("PUT", pod, 99, before=take_its_time)]
    there = {"AWS_ENDPOINT_URL_S3": proxy.url, "POD_NAME": pod}
    with ServerProcess(cloud, warm, package, **there) as server:
        with Traffic(server.url, clients=2) as traffic:
            wait_until(lambda: proxy.faults[0].met > 0)
            traffic.wait_for(len(traffic.acknowledged) + 200)
            assert captured(cloud, pod) == {}
        taken.set()
        assert traffic.statuses == {200}
        wait_until(lambda: traffic.acknowledged <= captured(cloud, pod).keys())


def lake_behind(cloud: Cloud, proxy: FaultProxy) -> tuple[Lake, Lake]:
    """One model of the lake, seen directly and through the proxy."""
    model = f"model_{uuid.uuid4().hex}"
    return Lake(cloud, model), Lake(replace(cloud, endpoint=proxy.url), model)


def through(cloud: Cloud, proxy: FaultProxy, kind: str, model: str) -> tuple[str, dict[str, str]]:
    """Address of a table and the way to it by the proxy."""
    options = {**storage_options(boto3.Session()), "AWS_ENDPOINT_URL": proxy.url}
    return f"{cloud.lake}/{kind}/{model}", options


@pytest.mark.parametrize(
    "faults",
    [
        [Fault("GET", "capture", 3, **SLOW_DOWN), Fault("PUT", "_delta_log", 3, **SLOW_DOWN)],
        [Fault("PUT", "_delta_log", 2, lost=True)],
        [Fault("GET", "capture", 2, lost=True), Fault("PUT", ".parquet", 1, lost=True)],
        [Fault("GET", "", 10, seconds=0.1), Fault("PUT", "", 10, seconds=0.1)],
    ],
    ids=["SlowDown", "commit whose answer is lost", "answers lost", "slow"],
)
def test_the_collector_merges_each_row_once_through_all_of_it(
    cloud: Cloud, proxy: FaultProxy, recovery: Recovery, faults: list[Fault]
) -> None:
    lake, behind = lake_behind(cloud, proxy)
    for number in range(3):
        lake.ship(0, number)
    proxy.faults = [replace(each) for each in faults]
    uri, options = through(cloud, proxy, "predictions", lake.model)
    with recovery.within(20, f"a collector's run with {len(faults)} faults of the lake"):
        wait_until(lambda: merged(behind, PredictionsTable(uri, lambda: options)))
    assert any(each.met for each in proxy.faults)
    lake.check()


def merged(behind: Lake, table: PredictionsTable) -> bool:
    """Turn once, as the collector's loop does every few seconds; whether all is merged."""
    try:
        behind.collector(table=table).run()
    except Exception:
        return False
    table.refresh()
    return table.merged(f"pod-0/{WRITER.format(0, 0)}") == 2


def test_labels_too_are_merged_once_when_the_answer_to_the_commit_is_lost(
    cloud: Cloud, proxy: FaultProxy
) -> None:
    model = f"model_{uuid.uuid4().hex}"
    s3 = cloud.client("s3")
    for number in range(3):
        label = Label(f"p{number}", 0, 1.0, None, time.time_ns() // 1000)
        content = preamble(origin(model)) + frames([Feedback(time.time_ns(), "me", [label])])
        name = SegmentName(WRITER.format(0, 0), number)
        s3.put_object(Bucket="lake", Key=f"feedback/{model}/pod-0/{name}.seg", Body=content)
    proxy.faults = [Fault("PUT", "_delta_log", 2, lost=True)]
    uri, options = through(cloud, proxy, "labels", model)
    table = LabelsTable(uri, lambda: options)
    for _ in range(3):
        Collector(model, FeedbackSegments(s3, cloud.lake), table, label_rows).run()
    assert proxy.over
    stored = DeltaTable(uri, storage_options=options).to_pyarrow_table()
    assert sorted(stored["prediction_id"].to_pylist()) == ["p0", "p1", "p2"]


def test_a_collector_whose_clock_is_hours_wrong_still_waits_for_a_segment_on_its_way(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Ahead(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:
            return datetime.now(UTC) + 2 * GAP

    for module in ("collector", "captured"):
        monkeypatch.setattr(f"ml.monitoring.{module}.datetime", Ahead)
    lake = Lake(cloud, f"model_{uuid.uuid4().hex}")
    lake.ship(0, 0)
    lake.ship(0, 2)
    collected = lake.collector().run()
    assert (collected.segments, collected.waiting, collected.deleted) == (1, 1, 0)
    lake.ship(0, 1)
    lake.collector().run()
    lake.check()
    assert Ahead.now() - datetime.now(UTC) > timedelta(hours=1)
