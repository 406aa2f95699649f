"""One server that answers by key, for all that is asked of it."""

from __future__ import annotations

from collections.abc import Iterator

import boto3
import httpx
import pytest

from ml.data.lakehouse import Lakehouse
from tests.ml.serving import asof
from tests.ml.serving.by_key.replicas import ASK, client_of, replica
from tests.ml.serving.cloud import Cloud, Packaged, make_package
from tests.ml.serving.lake import wait_until
from tests.ml.serving.server_process import ServerProcess


@pytest.fixture(scope="package")
def package(cloud: Cloud) -> Packaged:
    columns = asof.spec().features.columns
    return make_package(cloud, "by-key", model="flight_delay", columns=columns)


@pytest.fixture(scope="package")
def lake(cloud: Cloud) -> Lakehouse:
    return Lakehouse(cloud.lake, boto3.Session())


@pytest.fixture(scope="package")
def server(
    cloud: Cloud, package: Packaged, tmp_path_factory: pytest.TempPathFactory, lake: Lakehouse
) -> Iterator[ServerProcess]:
    """A server that was started before there were as-of tables."""
    with (
        replica(cloud, package, tmp_path_factory.mktemp("volume")) as running,
        client_of(running) as asking,
    ):
        refused = asking.post(f"{ASK}/infer", json=asof.question(asof.flights(1)))
        assert (refused.status_code, refused.json()["code"]) == (503, "no_asof_tables")
        assert asking.get("/v2/health/ready").status_code == 200
        asof.land(lake, 1, asof.flights())
        wait_until(lambda: asking.get(f"{ASK}/ready").status_code == 200, 240)
        yield running


@pytest.fixture
def http(server: ServerProcess) -> Iterator[httpx.Client]:
    with client_of(server) as client:
        yield client
