"""A text lands as the value it says, or as it is: it is never rounded, cut or made up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal, InvalidOperation
from math import isfinite
from typing import Literal

import duckdb
import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from modelyard.onboarding.kinds import Kind, Logical
from modelyard.onboarding.moments import ISO

numbers = st.one_of(
    st.text("0123456789.,eE+-_x ", min_size=1, max_size=9).map(str.strip).filter(bool),
    st.decimals(allow_nan=False, allow_infinity=False).map(str),
    st.integers().map(str),
    st.integers(2**53 - 9, 2**65).map(str),
    st.integers(2**53 - 9, 2**54).map(lambda value: f"-{value}.0"),
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


def said(text: str, decimal: str) -> Decimal | None:
    """The number that a text says, by another reader; none where it says none."""
    plain = text.replace("$", "").replace(" ", "").replace("." if decimal == "," else ",", "")
    try:
        value = Decimal(plain.replace(",", "."))
    except InvalidOperation:
        return None
    return value if value.is_finite() and "_" not in text else None


@settings(max_examples=500, deadline=None)
@given(
    text=numbers,
    logical=st.sampled_from(["integer", "number"]),
    decimal=st.sampled_from([".", ","]),
)
@example(text="1.7", logical="integer", decimal=".")
@example(text="1_000", logical="integer", decimal=".")
@example(text="1e400", logical="number", decimal=".")
@example(text="79.62", logical="number", decimal=",")
@example(text="9007199254740993", logical="number", decimal=".")
@example(text="9007199254740993", logical="number", decimal=",")
@example(text="9,007,199,254,740,993", logical="number", decimal=".")
@example(text="9223372036854775808", logical="integer", decimal=".")
@example(text="12345678901234567890123456789012345678901", logical="number", decimal=".")
def test_numbers(
    database: duckdb.DuckDBPyConnection,
    text: str,
    logical: Logical,
    decimal: Literal[".", ","],
) -> None:
    found = landed(database, Kind(logical=logical, decimal=decimal), text)
    dtype = pl.Int64 if logical == "integer" else pl.Float64
    # What ingestion reads of it.
    read = pl.Series([found], dtype=pl.String).cast(dtype, strict=False)[0]
    if read is None or not isfinite(read):
        return
    meant = said(text, decimal)
    assert meant is not None, found
    # Whoever writes an exponent or decimals writes a measure; digits alone may be an identifier.
    exact = logical == "integer" or (meant == int(meant) and "e" not in text.lower())
    assert read == (int(meant) if exact else float(meant))
    assert logical == "number" or meant == int(meant)


@settings(max_examples=200, deadline=None)
@given(moment=moments)
def test_instants(database: duckdb.DuckDBPyConnection, moment: datetime) -> None:
    found = landed(database, Kind(logical="timestamp", formats=(ISO,)), moment.isoformat())
    assert found is not None
    assert datetime.fromisoformat(found) == moment
