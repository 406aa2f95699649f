"""Promise: what a client was told is on record, whatever happens to the server that told it."""

import contextlib
import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import psutil
import pytest
from deltalake import DeltaTable

from tests.acceptance.aws import Session, session
from tests.acceptance.buckets import bucket
from tests.acceptance.checkout import Checkout
from tests.acceptance.conftest import diabetes
from tests.acceptance.traffic import Traffic
from tests.recovery import Recovery

pytestmark = pytest.mark.engine

STATED_SECONDS = 1.0
"""How many seconds of answers a pod may take with it when nobody lets it say goodbye."""
UPLOAD_SECONDS = 0.5
"""How much longer an upload may take here than one to S3, where nothing else runs."""
PATIENCE_SECONDS = 180.0
"""How long is waited for the collector, which has other tables to fill, too."""


@pytest.fixture(scope="module")
def address(first_version: Checkout) -> str:
    return str(diabetes(first_version)["address"])


@pytest.fixture(scope="module")
def dev(first_version: Checkout) -> Session:
    return session(first_version, "dev")


@pytest.fixture
def traffic(address: str) -> Iterator[Traffic]:
    metadata = httpx.get(f"{address}/v2/models/diabetes", trust_env=False, timeout=60).json()
    inputs = [{"name": each["name"], "datatype": each["datatype"]} for each in metadata["inputs"]]
    with Traffic(address, "diabetes", inputs) as sending:
        yield sending


def pods(checkout: Checkout) -> list[dict[str, object]]:
    """The pods of the endpoint in dev that are not on their way out."""
    shown = checkout.shell("kubectl --context dev -n models get pods -o json").out
    return [
        each
        for each in json.loads(shown)["items"]
        if "diabetes" in each["metadata"]["name"] and "deletionTimestamp" not in each["metadata"]
    ]


def names(checkout: Checkout) -> list[str]:
    return [str(each["metadata"]["name"]) for each in pods(checkout)]  # type: ignore[index]


def servers(checkout: Checkout) -> list[psutil.Process]:
    """The processes that serve diabetes in dev, as this machine sees them."""
    [node] = (
        part["pid"]
        for part in checkout.modelyard("sandbox", "status", "--json").json["parts"]
        if part["name"] == "node-dev"
    )
    found = []
    for each in psutil.Process(node).parent().children(recursive=True):
        try:
            variables, command = each.environ(), each.cmdline()
        except psutil.Error:
            continue
        if (variables.get("MODELYARD_MODEL"), variables.get("MODELYARD_ENVIRONMENT")) == (
            "diabetes", "dev"
        ) and "serve" in command:  # fmt: skip
            found.append(each)
    return found


def missing(
    dev: Session, traffic: Traffic, may_be: Callable[[float], bool] = lambda at: False
) -> list[float]:
    """Moments of the answers that the table of predictions does not hold after a long while.

    Those that may be lost are left out.
    """
    traffic.stop()
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        known = recorded(dev)
        moments = (each.at for each in traffic.answered if each.id not in known)
        lost = [at for at in moments if not may_be(at)]
        if not lost or time.monotonic() > until:
            return lost
        time.sleep(1)


def recorded(dev: Session) -> set[str]:
    """Every id in the table of predictions."""
    s3 = dev.client("s3")
    lake = bucket(s3, "lakehouse")
    try:
        table = DeltaTable(f"s3://{lake}/predictions/diabetes", storage_options=dev.storage())
    except Exception as error:
        raise AssertionError(f"there is no table of predictions: {error}") from error
    return set(table.to_pyarrow_table(columns=["prediction_id"])["prediction_id"].to_pylist())


def last_seen(doomed: list[psutil.Process]) -> tuple[float, float]:
    """The last moment at which one of them was seen alive, and the first at which none was."""
    begun = lived = time.monotonic()
    while True:
        looked = time.monotonic()
        if not any(map(runs, doomed)):
            return lived, time.monotonic()
        lived = looked
        assert lived < begun + PATIENCE_SECONDS, "it does not die"
        time.sleep(0.02)


def runs(process: psutil.Process) -> bool:
    """Whether it has not ended yet."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_a_killed_server_comes_back_and_loses_nothing(
    first_version: Checkout, dev: Session, traffic: Traffic, recovery: Recovery
) -> None:
    doomed = servers(first_version)
    assert doomed
    for each in doomed:
        # One may end with the one before it.
        with contextlib.suppress(psutil.NoSuchProcess):
            each.kill()
    with recovery.within(90, "all servers of an endpoint killed, until 50 more answers"):
        traffic.wait_for_answers(50)
    assert not {each.pid for each in doomed} & {each.pid for each in servers(first_version)}
    assert missing(dev, traffic) == []


def test_a_deleted_pod_is_replaced_and_takes_nothing_with_it(
    first_version: Checkout, dev: Session, traffic: Traffic
) -> None:
    before = names(first_version)
    first_version.shell(f"kubectl --context dev -n models delete pod {' '.join(before)}")
    traffic.wait_for_answers(50)
    assert not set(before) & set(names(first_version))
    assert missing(dev, traffic) == []


def test_a_pod_torn_out_takes_no_more_than_the_stated_interval(
    first_version: Checkout, dev: Session, traffic: Traffic
) -> None:
    doomed = servers(first_version)
    assert doomed
    before = names(first_version)
    with ThreadPoolExecutor() as watching:
        seen = watching.submit(last_seen, doomed)
        first_version.shell(
            "kubectl --context dev -n models delete pod --grace-period=0 --force "
            f"{' '.join(before)}"
        )
        # The object is gone at once, the process a little later: its last answers are at risk.
        lived, died = seen.result()
    traffic.wait_for_answers(50)
    # What it sends off is as late as the machine is slow.
    late = UPLOAD_SECONDS + 2 * traffic.slowest(lived - 10, lived)
    earliest = lived - STATED_SECONDS - late
    assert missing(dev, traffic, lambda at: earliest <= at <= died + late) == []
