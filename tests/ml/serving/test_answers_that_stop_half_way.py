"""Storage that breaks off its answer, or gives none, is asked again and never half believed."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import httpx
import pytest
import stamina
from botocore.config import Config
from botocore.exceptions import BotoCoreError

from ml.deployment.signing import PublicKeys
from ml.deployment.store import Folder, StoreError, fetch_package
from ml.monitoring.captured import CapturedSegments
from tests.ml.serving.cloud import Cloud, Packaged
from tests.ml.serving.fault_proxy import Fault, FaultProxy
from tests.ml.serving.server_process import ServerProcess, request
from tests.ml.serving.shipping import Lake
from tests.recovery import Recovery

pytestmark = pytest.mark.process

PATIENCE_SECONDS = 1.0
"""Between two bytes, of the clients here; those of steps and servers wait a minute."""
HALF_WAYS: dict[str, dict[str, Any]] = {
    "the body ends early": {"cut": -10},
    "the body never begins": {"cut": 0},
    "the body stops coming": {"cut": -10, "silent": True},
    "nothing is said": {"silent": True},
}


@pytest.fixture
def proxy(cloud: Cloud) -> Iterator[FaultProxy]:
    # The pauses between tries are the library's; here they would only take time.
    with (
        stamina.set_testing(True, attempts=3, cap=True),
        FaultProxy(cloud.endpoint).running() as running,
    ):
        yield running


@pytest.fixture
def s3(proxy: FaultProxy) -> Any:
    """A client that asks once and does not wait long: whoever uses it has to ask again."""
    config = Config(
        read_timeout=PATIENCE_SECONDS,
        retries={"mode": "standard", "total_max_attempts": 1},
        s3={"addressing_style": "path"},
    )
    return boto3.client("s3", endpoint_url=proxy.url, region_name="eu-west-1", config=config)


@pytest.mark.parametrize("how", HALF_WAYS.values(), ids=HALF_WAYS)
def test_a_package_is_read_whole_at_another_try(
    cloud: Cloud,
    package: Packaged,
    proxy: FaultProxy,
    s3: Any,
    tmp_path: Path,
    how: dict[str, Any],
) -> None:
    keys = PublicKeys.from_kms(cloud.client("kms"), [cloud.key_arn])
    proxy.faults = [Fault("GET", "model.onnx", 1, **how)]
    fetched = fetch_package(Folder.at(s3, package.uri), tmp_path, keys, digest=package.digest)
    assert proxy.over
    stored = Folder.at(cloud.client("s3"), package.uri)
    assert fetched.read("model.onnx") == stored.read("model.onnx")


def test_a_package_that_never_comes_is_an_error_that_names_the_file(
    cloud: Cloud, package: Packaged, proxy: FaultProxy, s3: Any, tmp_path: Path
) -> None:
    keys = PublicKeys.from_kms(cloud.client("kms"), [cloud.key_arn])
    proxy.faults = [Fault("GET", "model.onnx", 1000, silent=True)]
    with pytest.raises(StoreError, match=f"cannot read {package.uri}/model.onnx: "):
        fetch_package(Folder.at(s3, package.uri), tmp_path, keys, digest=package.digest)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("how", HALF_WAYS.values(), ids=HALF_WAYS)
def test_a_segment_is_merged_whole_at_another_turn(
    cloud: Cloud,
    proxy: FaultProxy,
    s3: Any,
    monkeypatch: pytest.MonkeyPatch,
    how: dict[str, Any],
) -> None:
    """Its last record would be missing for good: what a crash tore is merged without it."""
    lake = Lake(cloud, f"model_{uuid.uuid4().hex}")
    lake.ship(0, 0)
    proxy.faults = [Fault("GET", ".seg", 1, **how)]
    source = lake.source
    monkeypatch.setattr(source, "read", CapturedSegments(s3, cloud.lake).read)
    with pytest.raises(BotoCoreError):
        lake.collector(source=source).run()
    assert proxy.over
    assert lake.collector().run().segments == 1
    lake.check()


def test_a_server_starts_although_its_package_broke_off_twice(
    cloud: Cloud, package: Packaged, proxy: FaultProxy, volume: Path, recovery: Recovery
) -> None:
    proxy.faults = [Fault("GET", "model.onnx", 2, cut=-10)]
    server = ServerProcess(cloud, volume, package, AWS_ENDPOINT_URL_S3=proxy.url)
    with recovery.within(30, "a package whose download broke off twice, from the start"), server:
        answer = httpx.post(f"{server.url}/v2/models/toy/infer", json=request(), timeout=30)
        assert answer.status_code == 200
    assert proxy.over
