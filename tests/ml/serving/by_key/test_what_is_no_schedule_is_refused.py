"""What is no schedule is refused, be it unreadable, too little, too much or the same twice."""

from __future__ import annotations

from typing import Any

import httpx
import polars as pl
import pytest

from tests.ml.serving import asof
from tests.ml.serving.by_key.replicas import ASK

pytestmark = pytest.mark.process


@pytest.mark.parametrize(
    ("changes", "status", "code", "told"),
    [
        ({"time_hour": ["yesterday"]}, 422, "wrong_type", "input time_hour, row 0: 'yesterday'"),
        ({"time_hour": ["2013-07-01T10:00:00"]}, 422, "wrong_type", "2013-07-01T12:00:00Z"),
        ({"hour": [10.5]}, 422, "wrong_type", "input hour, row 0"),
        ({"carrier": [None]}, 422, "null_value", "input carrier, row 0"),
    ],
)
def test_what_is_no_schedule_is_told_by_input_and_row(
    http: httpx.Client, changes: dict[str, Any], status: int, code: str, told: str
) -> None:
    answer = http.post(f"{ASK}/infer", json=asof.question(asof.flights(1), **changes))
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert told in answer.json()["error"]


def test_a_missing_key_an_outcome_and_the_same_flight_twice_are_refused(
    http: httpx.Client,
) -> None:
    whole = asof.question(asof.flights(2))
    keyless = {"inputs": [each for each in whole["inputs"] if each["name"] != "carrier"]}
    leaking = {"name": "arr_delay", "datatype": "FP64", "shape": [2], "data": [1.0, 2.0]}
    twice = asof.question(pl.concat([asof.flights(1), asof.flights(1)]))
    cases = {
        "missing_input": keyless,
        "unknown_input": {"inputs": [*whole["inputs"], leaking]},
        "duplicate_row": twice,
        "too_many_rows": asof.question(pl.concat([asof.flights(24)] * 42)),
    }
    for code, body in cases.items():
        answer = http.post(f"{ASK}/infer", json=body)
        assert answer.json()["code"] == code
        assert answer.status_code in (413, 422)
