"""A bit that changes on its way from storage is noticed, and the bytes are asked for again."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import stamina
from botocore.config import Config
from botocore.exceptions import BotoCoreError

from ml.data.own_session import own_session
from ml.deployment.signing import PublicKeys
from ml.deployment.store import Folder, fetch_package
from ml.monitoring.captured import CapturedSegments
from tests.ml.serving.cloud import Cloud, Packaged
from tests.ml.serving.fault_proxy import Fault, FaultProxy
from tests.ml.serving.shipping import Lake

pytestmark = pytest.mark.slow


@pytest.fixture
def proxy(cloud: Cloud) -> Iterator[FaultProxy]:
    # The pauses between tries are the library's; here they would only take time.
    with (
        stamina.set_testing(True, attempts=3, cap=True),
        FaultProxy(cloud.endpoint).running() as running,
    ):
        yield running


@pytest.fixture
def s3(proxy: FaultProxy, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A client of ours that asks once: whoever uses it has to ask again."""
    # Whatever the container's settings.
    monkeypatch.setenv("AWS_RESPONSE_CHECKSUM_VALIDATION", "when_required")
    config = Config(
        retries={"mode": "standard", "total_max_attempts": 1}, s3={"addressing_style": "path"}
    )
    return own_session().client("s3", endpoint_url=proxy.url, config=config)


def test_a_package_is_read_whole_at_another_try(
    cloud: Cloud, package: Packaged, proxy: FaultProxy, s3: Any, tmp_path: Path
) -> None:
    keys = PublicKeys.from_kms(cloud.client("kms"), [cloud.key_arn])
    proxy.faults = [Fault("GET", "model.onnx", 1, flipped=True)]
    fetched = fetch_package(Folder.at(s3, package.uri), tmp_path, keys, digest=package.digest)
    assert proxy.over
    stored = Folder.at(cloud.client("s3"), package.uri)
    assert fetched.read("model.onnx") == stored.read("model.onnx")


def test_a_segment_is_merged_whole_at_another_turn(
    cloud: Cloud, proxy: FaultProxy, s3: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its records would be missing for good: what a crash tore is merged without its tail."""
    lake = Lake(cloud, f"model_{uuid.uuid4().hex}")
    lake.ship(0, 0)
    proxy.faults = [Fault("GET", ".seg", 1, flipped=True)]
    source = lake.source
    monkeypatch.setattr(source, "read", CapturedSegments(s3, cloud.lake).read)
    with pytest.raises(BotoCoreError):
        lake.collector(source=source).run()
    assert proxy.over
    assert lake.collector().run().segments == 1
    lake.check()
