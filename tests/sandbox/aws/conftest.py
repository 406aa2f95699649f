"""One emulator for all tests of this folder, on a port of its own."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from moto.cloudwatch.models import cloudwatch_backends
from moto.events.models import events_backends
from moto.scheduler.models import scheduler_backends

from sandbox.aws.emulator import Emulator
from sandbox.aws.identities import identities
from sandbox.aws.service import ProviderService
from sandbox.layout import Environment
from tests.sandbox.aws.clockwork import ACCOUNT, REGION, Client, day, move
from tests.sandbox.aws.engine_side import EngineSide

ENVIRONMENTS = [
    Environment(name="dev", account="111111111111", region="eu-west-1"),
    Environment(name="staging", account="222222222222", region="eu-west-1"),
    Environment(name="prod", account="333333333333", region="eu-west-1"),
]


@pytest.fixture(autouse=True)
def cache() -> None:
    """Nothing is allotted here, and an empty cache would build the engine again."""


@pytest.fixture(scope="package")
def emulator() -> Iterator[Emulator]:
    started = Emulator(ENVIRONMENTS)
    started.start()
    yield started
    started.stop()


@pytest.fixture(scope="package")
def client(emulator: Emulator) -> Client:
    """`client("s3", "dev-grace")`: a boto3 client with the credentials of a profile."""
    known = {each.profile: each for each in identities(ENVIRONMENTS)}

    def make(service: str, profile: str = "dev") -> Any:
        who = known[profile]
        return boto3.client(
            service,
            endpoint_url=emulator.endpoint,
            region_name=who.region,
            aws_access_key_id=who.access_key_id,
            aws_secret_access_key=who.secret_access_key,
            config=Config(retries={"max_attempts": 0}, max_pool_connections=32),
        )

    return make


@pytest.fixture
def unscheduled(emulator: Emulator, client: Client) -> Iterator[None]:
    """Nothing is scheduled, watched or measured; the clock goes with the machine."""
    # The emulator is the package's: what other tests scheduled would fire here too.
    _forget(emulator, client)
    yield
    _forget(emulator, client)


@pytest.fixture
def monday(emulator: Emulator, unscheduled: None) -> None:
    """The same with a clock that stands at the first of July 2013."""
    move(emulator, day(1))


def _forget(emulator: Emulator, client: Client) -> None:
    emulator.timeline.real()
    events_backends[ACCOUNT][REGION].reset()
    scheduler_backends[ACCOUNT][REGION].reset()
    cloudwatch = client("cloudwatch")
    names = [each["AlarmName"] for each in cloudwatch.describe_alarms()["MetricAlarms"]]
    cloudwatch.delete_alarms(AlarmNames=names)
    cloudwatch_backends[ACCOUNT][REGION].metric_data.clear()


@pytest.fixture(scope="package")
def fail_at(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("faults") / "fail_at"


@pytest.fixture(scope="package")
def service(emulator: Emulator, fail_at: Path) -> Iterator[ProviderService]:
    started = ProviderService(emulator, fail_at=fail_at)
    yield started
    started.stop()


@pytest.fixture
def engine(service: ProviderService) -> Iterator[EngineSide]:
    side = EngineSide(service.port)
    yield side
    side.close()
