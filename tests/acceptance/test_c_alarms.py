"""Promise: the provisioned alarms act by themselves, and one that is removed acts no more."""

import time
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, TypeVar

import pytest

from tests.acceptance.aws import Session, session
from tests.acceptance.checkout import Checkout

pytestmark = pytest.mark.engine

MODEL, SIGNAL = "flight_delay", "label_rate"
ALARM_LINE = f"    - {{signal: {SIGNAL}, p_below: 0.02}}\n"
"""What the model's spec says so that the alarm is provisioned."""
T = TypeVar("T")


@pytest.fixture(scope="module")
def prod(deployed: Checkout) -> Iterator[Session]:
    """Production, where the model is live; the clock goes with the machine afterwards."""
    yield session(deployed, "prod")
    deployed.modelyard("sandbox", "clock", "real")


@pytest.fixture(scope="module")
def poisoned(prod: Session) -> None:
    """A message that nobody can read, on delivery's queue."""
    sqs = prod.client("sqs")
    [queue] = [url for url in sqs.list_queues()["QueueUrls"] if "delivery-queue-queue" in url]
    sqs.send_message(QueueUrl=queue, MessageBody="no event of ours")


@pytest.fixture(scope="module")
def rung(prod: Session, poisoned: None, deployed: Checkout) -> list[dict[str, Any]]:
    """What was decided about the alarm that rang when a week had broken."""
    before = len(asked(deployed))
    say_that_a_week_broke(prod, deployed)
    assert went_off(deployed) == [SIGNAL]
    return until(lambda: asked(deployed)[before:] or None, seconds=180)


@pytest.fixture(scope="module")
def removed(rung: list[dict[str, Any]], deployed: Checkout) -> Iterator[Callable[[], None]]:
    """The alarm is taken out of the model's spec; call it to bring the alarm back."""
    spec = deployed.root / "models" / MODEL / "model.yaml"
    whole = spec.read_text()
    assert ALARM_LINE in whole

    def provision(text: str) -> None:
        if spec.read_text() != text:
            spec.write_text(text)
            deployed.modelyard("deploy", "prod")

    provision(whole.replace(ALARM_LINE, ""))
    yield lambda: provision(whole)
    provision(whole)


def say_that_a_week_broke(prod: Session, checkout: Checkout) -> None:
    """Put the datum that the watch job puts, at the time of the sandbox's clock."""
    now = checkout.modelyard("sandbox", "clock", "--json").json["now"]
    of = {"Model": MODEL, "Signal": SIGNAL}
    datum = {
        "MetricName": "Breach",
        "Dimensions": [{"Name": name, "Value": value} for name, value in of.items()],
        "Timestamp": datetime.fromisoformat(now),
        "Value": 1.0,
    }
    prod.client("cloudwatch").put_metric_data(Namespace="Modelyard", MetricData=[datum])


def went_off(checkout: Checkout) -> list[str]:
    """Go on by two hours; the signals of the model whose alarms went off meanwhile."""
    moved = checkout.modelyard("sandbox", "clock", "advance", "2h", "--json").json
    rung = {each["name"] for each in moved["alarms"] if each["after"] == "ALARM"}
    return [signal for name, signal in provisioned(checkout).items() if name in rung]


def asked(checkout: Checkout) -> list[dict[str, Any]]:
    """What alarms asked for, and what was decided, in order."""
    found = checkout.modelyard("watch", MODEL, "--json").json["retrainings"]
    return [each for each in found if each["trigger"] == "alarm"]


def provisioned(checkout: Checkout) -> dict[str, str]:
    """The alarms on the model's signals: name, and signal."""
    alarms = session(checkout, "prod").client("cloudwatch").describe_alarms()["MetricAlarms"]
    of = {each["AlarmName"]: dimensions(each) for each in alarms if each["MetricName"] == "Breach"}
    return {name: each["Signal"] for name, each in of.items() if each["Model"] == MODEL}


def dimensions(alarm: dict[str, Any]) -> dict[str, str]:
    """What an alarm's metric is of."""
    return {each["Name"]: each["Value"] for each in alarm["Dimensions"]}


def until(look: Callable[[], T | None], seconds: float) -> T:
    """Look until there is something to see."""
    limit = time.monotonic() + seconds
    while (found := look()) is None:
        assert time.monotonic() < limit, f"nothing to see within {seconds:g} s"
        time.sleep(1)
    return found


def test_a_broken_week_rings_and_starts_one_retraining(rung: list[dict[str, Any]]) -> None:
    [decided] = rung
    assert decided["starts"] is True
    assert SIGNAL.replace("_", "-") in decided["cause"]


def test_the_retraining_makes_a_version_that_waits_for_people(
    rung: list[dict[str, Any]], deployed: Checkout
) -> None:
    def parked() -> dict[str, Any] | None:
        listed = deployed.modelyard("delivery", "list", "--env", "prod", "--json").json
        begun = [each for each in listed if each["cause"] == rung[0]["cause"]]
        if not begun:
            return None  # it is decided first, and begun a moment later
        [found] = begun
        assert found["state"] not in ("failed", "refused"), found
        return dict(found) if found["state"].startswith("awaiting") else None

    journey = until(parked, seconds=600)
    assert journey["version"]
    assert "train" in journey["done"]


def test_an_alarm_that_was_removed_asks_for_nothing(
    removed: Callable[[], None], prod: Session, deployed: Checkout
) -> None:
    before = asked(deployed)
    assert sorted(provisioned(deployed).values()) == ["mean_prediction", "performance"]
    say_that_a_week_broke(prod, deployed)
    assert went_off(deployed) == []
    assert asked(deployed) == before


def test_brought_back_it_rings_for_that_week_and_the_limits_hold(
    removed: Callable[[], None], deployed: Checkout
) -> None:
    before = len(asked(deployed))
    removed()
    assert went_off(deployed) == [SIGNAL]
    [decided] = until(lambda: asked(deployed)[before:] or None, seconds=180)
    assert decided["starts"] is False
    assert "cool" in decided["reason"]


def test_a_poison_message_is_set_aside_and_rings(
    poisoned: None, prod: Session, deployed: Checkout
) -> None:
    sqs = prod.client("sqs")
    [queue] = [url for url in sqs.list_queues()["QueueUrls"] if "delivery-queue-dead" in url]
    taken = until(
        lambda: sqs.receive_message(QueueUrl=queue, VisibilityTimeout=0).get("Messages"),
        seconds=300,
    )
    assert [each["Body"] for each in taken] == ["no event of ours"]
    deployed.modelyard("sandbox", "clock", "advance", "5m")
    alarms = prod.client("cloudwatch").describe_alarms()["MetricAlarms"]
    [told] = [each for each in alarms if "dead-letters" in each["AlarmName"]]
    assert told["StateValue"] == "ALARM"
    sqs.purge_queue(QueueUrl=queue)


def test_the_working_tree_is_clean_again(removed: Callable[[], None], deployed: Checkout) -> None:
    assert deployed.changes() == ""
