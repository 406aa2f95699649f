"""Whatever a request by key says, it is answered or refused as the caller's mistake, and soon."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import boto3
import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ml.data.lakehouse import Lakehouse
from tests.ml.serving import asof
from tests.ml.serving.cloud import Cloud, Packaged, make_package
from tests.ml.serving.fuzzing import leaves, shapes, values
from tests.ml.serving.lake import wait_until
from tests.ml.serving.server_process import ServerProcess
from tests.ml.serving.test_openapi import refuse_undescribed

pytestmark = pytest.mark.process

ASK = "/v2/models/flight_delay_by_key"
GOOD = asof.question(asof.flights(1))
NAMES = [each["name"] for each in GOOD["inputs"]]

fuzzing = settings(
    max_examples=100,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)


@pytest.fixture(scope="module")
def package(cloud: Cloud) -> Packaged:
    columns = asof.spec().features.columns
    return make_package(cloud, "fuzzed-by-key", model="flight_delay", columns=columns)


@pytest.fixture(scope="module")
def client(
    cloud: Cloud, package: Packaged, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[httpx.Client]:
    """Of a server with as-of tables, in a lake that no other test looks into."""
    own = replace(cloud, lake="s3://fuzzed-lake")
    cloud.client("s3").create_bucket(
        Bucket="fuzzed-lake", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
    )
    asof.land(Lakehouse(own.lake, boto3.Session()), 1, asof.flights())
    environment = {
        "MODELYARD_MODEL": "flight_delay",
        "MODELYARD_CAPTURE_URI": f"{own.lake}/capture/flight_delay",
        "MODELYARD_LAKE": own.lake,
    }
    volume = tmp_path_factory.mktemp("volume")
    with (
        ServerProcess(own, volume, package, **environment) as server,
        # A request that hangs fails its test; the server's own deadline is far sooner.
        httpx.Client(base_url=server.url, timeout=60) as asking,
    ):
        wait_until(lambda: asking.get(f"{ASK}/ready").status_code == 200, 240)
        yield asking


def check(client: httpx.Client, document: Any) -> httpx.Response:
    """The promise that every answer keeps."""
    text = json.dumps(document).encode("utf-8", "surrogatepass")
    answer = client.post(f"{ASK}/infer", content=text)
    assert answer.status_code == 200 or 400 <= answer.status_code < 500, answer.text[:500]
    assert answer.status_code == 200 or {"error", "code"} == set(answer.json())
    return answer


moments = st.sampled_from(
    [
        "0001-01-01T00:00:00+23:59",
        "9999-12-31T23:59:59-23:59",
        "2013-07-01T14:00:00Z",
        "+294247-01-10T04:00:54Z",
        "2013-13-45T99:99:99Z",
        "now",
    ]
)
changes = st.fixed_dictionaries(
    {},
    optional={
        "name": st.sampled_from([*NAMES, "arr_delay", "late"]) | values,
        "datatype": st.sampled_from(["BYTES", "INT64", "FP64", "BOOL"]) | values,
        "shape": shapes | values,
        "data": st.lists(leaves | moments, max_size=3) | values,
        "parameters": values,
        "more": values,
    },
)


@fuzzing
@given(which=st.integers(0, len(NAMES) - 1), change=changes)
def test_one_input_may_be_anything(
    client: httpx.Client, which: int, change: dict[str, Any]
) -> None:
    inputs = [each | change if n == which else each for n, each in enumerate(GOOD["inputs"])]
    check(client, {"inputs": inputs})


KINDS: dict[str, st.SearchStrategy[Any]] = {
    "INT64": st.integers(-(2**63), 2**63 - 1) | st.integers(-1, 100) | st.none(),
    "FP64": st.floats(allow_nan=False, allow_infinity=False) | st.none(),
    "BYTES": moments | st.text(max_size=10) | st.none(),
}


@fuzzing
@given(
    said=st.lists(st.sampled_from(range(len(NAMES))), min_size=1, max_size=4, unique=True).flatmap(
        lambda chosen: st.fixed_dictionaries(
            {number: KINDS[GOOD["inputs"][number]["datatype"]] for number in chosen}
        )
    )
)
def test_what_is_well_formed_may_say_anything(client: httpx.Client, said: dict[int, Any]) -> None:
    inputs = [
        each | {"data": [said[number]]} if number in said else each
        for number, each in enumerate(GOOD["inputs"])
    ]
    check(client, {"inputs": inputs})


@pytest.mark.parametrize(
    ("path", "method", "mode"),
    [
        (ASK, "get", "positive"),
        (f"{ASK}/ready", "get", "positive"),
        (f"{ASK}/infer", "post", "positive"),
        (f"{ASK}/infer", "post", "negative"),
    ],
)
def test_no_call_is_answered_in_a_way_that_is_not_described(
    client: httpx.Client, path: str, method: str, mode: str
) -> None:
    described = client.get("/openapi.json").json()
    refuse_undescribed(str(client.base_url), described, path, method, mode)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("year", 0),
        ("year", 290_000),  # A library panics on it, which is no Exception in Python.
        ("year", 10**12),
        ("month", 13),
        ("hour", 2**62),
        ("minute", 10**10),
        ("time_hour", "0001-01-01T00:00:00Z"),
    ],
)
def test_a_day_that_no_calendar_has_is_the_callers_mistake(
    client: httpx.Client, name: str, value: Any
) -> None:
    answer = check(client, asof.question(asof.flights(1), **{name: [value]}))
    assert (answer.status_code, answer.json()["code"]) == (422, "out_of_range")


def test_after_all_that_it_answers_as_before(client: httpx.Client) -> None:
    assert check(client, GOOD).status_code == 200
