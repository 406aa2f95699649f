"""One emulated account and one running server for the tests that only ask questions."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from moto.server import ThreadedMotoServer

from sandbox.aws.patches import conditional_put
from tests.ml.serving.cloud import ENVIRONMENT, Cloud, Packaged, make_package
from tests.ml.serving.every_server import EveryServer
from tests.ml.serving.server_process import ServerProcess


@pytest.fixture(scope="session")
def cloud() -> Iterator[Cloud]:
    """An account of its own on loopback."""
    before = {name: os.environ.get(name) for name in (*ENVIRONMENT, "AWS_ENDPOINT_URL")}
    conditional_put.apply()
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    account = Cloud(endpoint=f"http://{host}:{port}", key_arn="")
    os.environ.update(account.environment)
    s3, kms = account.client("s3"), account.client("kms")
    for bucket in ("lake", "artifacts"):
        s3.create_bucket(
            Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
        )
    key = kms.create_key(KeyUsage="SIGN_VERIFY", KeySpec="ECC_NIST_P256")["KeyMetadata"]["Arn"]
    yield Cloud(endpoint=account.endpoint, key_arn=key)
    server.stop()
    for name, value in before.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


@pytest.fixture(scope="session")
def package(cloud: Cloud) -> Packaged:
    """A signed package of the toy model."""
    return make_package(cloud, "run-1")


@pytest.fixture(scope="session")
def server(
    cloud: Cloud, package: Packaged, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ServerProcess]:
    """A server that has the toy model and takes labels."""
    volume = tmp_path_factory.mktemp("volume")
    with ServerProcess(cloud, volume, package, MODELYARD_LAKE=cloud.lake) as running:
        yield running


@pytest.fixture(scope="session")
def every(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EveryServer]:
    """A server whose model takes every datatype, and which has little patience."""
    with EveryServer(tmp_path_factory.mktemp("every")) as running:
        yield running


@pytest.fixture
def http(server: ServerProcess) -> Iterator[httpx.Client]:
    """A client of that server."""
    with httpx.Client(base_url=server.url, timeout=30) as client:
        yield client


@pytest.fixture
def volume(tmp_path: Path) -> Path:
    """A pod's empty volume."""
    return tmp_path / "volume"
