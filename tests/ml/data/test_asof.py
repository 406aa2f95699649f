"""A row sees what was known at its moment: not a minute later, and what was known, it does see."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from ml.data.asof import known_from, latest_known, trailing_rate
from ml.data.engine import Engine
from ml.spec_sections import KnownAt

NOON = datetime(2013, 11, 3, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def frame(columns: Mapping[str, Sequence[object]], *instants: str) -> pl.DataFrame:
    made = pl.DataFrame(columns)
    return made.with_columns(pl.col(name).cast(pl.Datetime("us", "UTC")) for name in instants)


def seen(known: list[datetime], at: datetime, tolerance: timedelta | None = None) -> object:
    rows = frame({"by": ["a"], "at": [at]}, "at")
    values = frame(
        {"by": ["a"] * len(known), "known_at": known, "x": list(range(len(known)))}, "known_at"
    )
    with Engine(threads=1) as engine:
        tables = engine.tables({"rows": rows, "values": values})
        joined = latest_known(
            tables["rows"],
            tables["values"],
            at="at",
            by=("by",),
            columns=("x",),
            tolerance=tolerance,
        )
        return engine.fetch(joined)["x"].to_list()[0]


def rate(known: list[datetime], late: list[int], at: datetime, window: timedelta) -> object:
    rows = frame({"by": ["a"], "at": [at]}, "at")
    events = frame({"by": ["a"] * len(known), "known_at": known, "late": late}, "known_at")
    with Engine(threads=1) as engine:
        tables = engine.tables({"rows": rows, "events": events})
        joined = trailing_rate(
            tables["rows"],
            tables["events"],
            at="at",
            by=("by",),
            value="late",
            windows={"rate": window},
        )
        return engine.fetch(joined)["rate"].to_list()[0]


def test_a_value_is_seen_from_the_minute_it_is_known_and_not_before() -> None:
    assert seen([NOON], NOON - MINUTE) is None
    assert seen([NOON], NOON) == 0
    assert seen([NOON - MINUTE, NOON + MINUTE], NOON) == 0


def test_a_value_older_than_the_tolerance_is_missing() -> None:
    hours = timedelta(hours=3)
    assert seen([NOON], NOON + hours, hours) == 0
    assert seen([NOON], NOON + hours + MINUTE, hours) is None


def test_a_delay_counts_from_the_minute_it_is_known_and_not_before() -> None:
    hour = timedelta(hours=1)
    assert rate([NOON], [1], NOON - MINUTE, hour) is None
    assert rate([NOON], [1], NOON, hour) == 1.0
    assert rate([NOON], [1], NOON + hour - MINUTE, hour) == 1.0
    assert rate([NOON], [1], NOON + hour, hour) is None


def test_events_known_at_the_same_instant_all_count() -> None:
    assert rate([NOON] * 4, [1, 0, 0, 0], NOON, timedelta(hours=1)) == 0.25


def test_known_at_is_the_column_plus_the_delay() -> None:
    with Engine(threads=1) as engine:
        hours = engine.tables({"hours": frame({"hour": [NOON]}, "hour")})["hours"]
        rule = KnownAt(column="hour", after_minutes=51)
        known = engine.fetch(known_from(hours, rule))["known_at"].to_list()
    assert known == [NOON + timedelta(minutes=51)]


EVENTS = st.lists(st.tuples(st.integers(0, 400), st.integers(0, 1)), max_size=40)


@settings(max_examples=25, deadline=None)
@given(EVENTS, st.lists(st.integers(0, 500), min_size=1, max_size=8), st.integers(1, 200))
def test_the_rate_equals_counting_by_hand(
    events: list[tuple[int, int]], moments: list[int], window: int
) -> None:
    rows = frame(
        {
            "n": list(range(len(moments))),
            "by": ["a"] * len(moments),
            "at": [NOON + m * MINUTE for m in moments],
        },
        "at",
    )
    table = pl.DataFrame(
        {
            "by": ["a"] * len(events),
            "known_at": [NOON + t * MINUTE for t, _ in events],
            "late": [late for _, late in events],
        },
        schema={"by": pl.String, "known_at": pl.Datetime("us", "UTC"), "late": pl.Int64},
    )
    with Engine(threads=1) as engine:
        tables = engine.tables({"rows": rows, "events": table})
        result = (
            engine.fetch(
                trailing_rate(
                    tables["rows"],
                    tables["events"],
                    at="at",
                    by=("by",),
                    value="late",
                    windows={"rate": window * MINUTE},
                )
            )
            .sort("n")["rate"]
            .to_list()
        )
    for moment, found in zip(moments, result, strict=True):
        inside = [late for t, late in events if moment - window < t <= moment]
        assert found == (sum(inside) / len(inside) if inside else None)
