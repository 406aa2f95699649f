"""A text lands as the value it says, or as it is: it is never rounded, cut or made up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal, InvalidOperation

import duckdb
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from modelyard.onboarding.kinds import Kind, Logical
from modelyard.onboarding.moments import ISO

numbers = st.one_of(
    st.text("0123456789.,eE+-_x ", min_size=1, max_size=9).map(str.strip).filter(bool),
    st.decimals(allow_nan=False, allow_infinity=False).map(str),
    st.integers().map(str),
    st.sampled_from(["1.7", "1e3", "0x1F", "0b11", "1_000", "1_000.5", "1e400", "9" * 400]),
    st.sampled_from(["inf", "-infinity", "+nan", "-nan", "$1,200", "12.0", "5."]),
)
moments = st.datetimes(
    datetime(1900, 1, 1), datetime(2199, 1, 1), timezones=st.just(UTC)
) | st.datetimes(
    datetime(1900, 1, 1), datetime(2199, 1, 1), timezones=st.just(timezone(timedelta(hours=5)))
)


@pytest.fixture(scope="module")
def database() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    return connection


def landed(database: duckdb.DuckDBPyConnection, kind: Kind, text: str) -> str | None:
    """What lands of a text in a column of this kind."""
    wanted = kind.landed(kind.present("t"), kind.value("t"))
    ((found,),) = database.execute(f"SELECT {wanted} FROM (SELECT ? AS t)", [text]).fetchall()
    return found


def said(text: str) -> Decimal | None:
    """The number that a text says, by another reader; none where it says none."""
    try:
        value = Decimal(text.replace(",", "").replace("$", "").replace(" ", ""))
    except InvalidOperation:
        return None
    return value if value.is_finite() and "_" not in text else None


@settings(max_examples=400, deadline=None)
@given(text=numbers, logical=st.sampled_from(["integer", "number"]))
@example(text="1.7", logical="integer")
@example(text="1_000", logical="integer")
@example(text="1e400", logical="number")
def test_numbers(database: duckdb.DuckDBPyConnection, text: str, logical: Logical) -> None:
    found = landed(database, Kind(logical=logical), text)
    if found is None or found == text:
        return
    meant = said(text)
    assert meant is not None, found
    if logical == "integer":
        assert Decimal(found) == meant
    else:
        assert float(found) == float(meant)


@settings(max_examples=200, deadline=None)
@given(moment=moments)
def test_instants(database: duckdb.DuckDBPyConnection, moment: datetime) -> None:
    found = landed(database, Kind(logical="timestamp", formats=(ISO,)), moment.isoformat())
    assert found is not None
    assert datetime.fromisoformat(found) == moment
