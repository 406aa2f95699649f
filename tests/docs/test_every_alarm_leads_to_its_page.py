"""Whoever hears an alarm finds in its description what to do, and the page is there."""

from __future__ import annotations

import re

from tests.docs.pages import text
from tests.policy.inventory import inventory

ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"


def sections() -> set[str]:
    """The page's places, as Markdown makes them of its headings."""
    headings = re.findall(r"^## (.+)$", text("docs/alarms.md"), re.MULTILINE)
    return {heading.lower().replace(" ", "-") for heading in headings}


def led_to() -> list[tuple[str, str]]:
    """Page and place that the description of each alarm ends with."""
    alarms = [each for each in inventory("prod") if each.type == ALARM]
    said = [alarm.inputs["alarmDescription"].split()[-1] for alarm in alarms]
    return [(page, place) for page, _, place in (each.partition("#") for each in said)]


def test_every_alarm_leads_to_a_section_of_the_page() -> None:
    assert {page for page, _ in led_to()} == {"docs/alarms.md"}
    assert {place for _, place in led_to()} <= sections()


def test_every_section_is_of_some_alarm() -> None:
    assert sections() <= {place for _, place in led_to()}
