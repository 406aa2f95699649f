"""What is scheduled fires when the clock passes its time: each time once, in order, recorded."""

import pytest

from sandbox.aws.emulator import Emulator
from tests.sandbox.aws.clockwork import (
    ACCOUNT,
    REGION,
    Client,
    arn,
    bodies,
    day,
    fired,
    move,
    queue,
    schedule,
)

pytestmark = pytest.mark.usefixtures("monday")


def test_a_rule_fires_at_every_due_time_with_the_event_of_aws(
    emulator: Emulator, client: Client
) -> None:
    url = queue(client, "nightly-events")
    events = client("events")
    rule = events.put_rule(Name="nightly-events", ScheduleExpression="cron(0 3 * * ? *)")
    target = {"Id": "q", "Arn": arn("sqs", "nightly-events")}
    events.put_targets(Rule="nightly-events", Targets=[target])
    assert fired(move(emulator, day(3, 3))) == [
        (f"2013-07-0{number}T03:00:00Z", "nightly-events", "delivered") for number in (1, 2, 3)
    ]
    first = bodies(client, url)[0]
    assert first.pop("id")
    assert first == {
        "version": "0",
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": ACCOUNT,
        "time": "2013-07-01T03:00:00Z",
        "region": REGION,
        "resources": [rule["RuleArn"]],
        "detail": {},
    }


def test_a_schedule_fires_in_its_own_zone_and_tells_when(
    emulator: Emulator, client: Client
) -> None:
    url = queue(client, "morning")
    schedule(
        client,
        "morning",
        "cron(0 6 * * ? *)",
        ScheduleExpressionTimezone="America/New_York",
        Target={"Input": '{"now": "<aws.scheduler.scheduled-time>"}'},
    )
    move(emulator, day(2))
    assert bodies(client, url) == [{"now": "2013-07-01T10:00:00Z"}]


def test_what_is_switched_off_or_outside_its_dates_does_not_fire(
    emulator: Emulator, client: Client
) -> None:
    for name in ("off", "ended", "daily"):
        queue(client, name)
    schedule(client, "off", "rate(1 hour)", State="DISABLED")
    schedule(client, "ended", "rate(1 hour)", EndDate=day(1, 0, 30))
    client("events").put_rule(Name="daily", ScheduleExpression="rate(1 day)", State="DISABLED")
    assert move(emulator, day(3))["fired"] == []


def test_several_fire_in_the_order_of_time(emulator: Emulator, client: Client) -> None:
    for name, hour in (("b", 6), ("a", 6), ("c", 5)):
        queue(client, name)
        schedule(client, name, f"cron(0 {hour} * * ? *)")
    assert [name for _, name, _ in fired(move(emulator, day(3)))] == ["c", "a", "b"] * 2


def test_nothing_fires_twice_however_the_clock_is_moved(
    emulator: Emulator, client: Client
) -> None:
    queue(client, "weekly")
    schedule(client, "weekly", "cron(0 6 ? * 2 *)")
    steps = [day(1, 6), day(1, 6), day(8, 5), day(8, 6), day(9)]
    assert [len(move(emulator, each)["fired"]) for each in steps] == [1, 0, 0, 1, 0]


def test_an_expression_that_cannot_be_read_is_told_and_keeps_no_other_from_firing(
    emulator: Emulator, client: Client
) -> None:
    queue(client, "readable")
    schedule(client, "readable", "rate(1 day)")
    client("events").put_rule(Name="nearest", ScheduleExpression="cron(0 6 15W * ? *)")
    told = move(emulator, day(2))
    assert [each["name"] for each in told["fired"]] == ["readable"]
    assert ["nearest" in each for each in told["problems"]] == [True]


def test_more_than_anybody_could_want_is_refused_before_anything_fires(
    emulator: Emulator, client: Client
) -> None:
    queue(client, "minutes")
    schedule(client, "minutes", "rate(1 minute)")
    with pytest.raises(Exception, match="400"):
        move(emulator, day(31))
    assert emulator.clock.now() == day(1)
    assert len(move(emulator, day(1, 1))["fired"]) == 60
