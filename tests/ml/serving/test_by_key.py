"""Who names an entity gets what training would have known of it: the server builds features."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import boto3
import httpx
import polars as pl
import pytest

from ml.data.features import feature_table
from ml.data.lakehouse import Lakehouse
from tests.ml.serving import asof
from tests.ml.serving.cloud import Cloud, Packaged, make_package
from tests.ml.serving.lake import collect, rows, wait_until
from tests.ml.serving.server_process import ServerProcess

pytestmark = pytest.mark.process

ASK = "/v2/models/flight_delay_by_key"


@pytest.fixture(scope="module")
def package(cloud: Cloud) -> Packaged:
    columns = asof.spec().features.columns
    return make_package(cloud, "by-key", model="flight_delay", columns=columns)


@pytest.fixture(scope="module")
def lake(cloud: Cloud) -> Lakehouse:
    return Lakehouse(cloud.lake, boto3.Session())


def replica(cloud: Cloud, package: Packaged, volume: Path) -> ServerProcess:
    return ServerProcess(
        cloud,
        volume,
        package,
        MODELYARD_MODEL="flight_delay",
        MODELYARD_CAPTURE_URI=f"{cloud.lake}/capture/flight_delay",
        MODELYARD_LAKE=cloud.lake,
        MODELYARD_ASOF_SECONDS="0.2",
    )


def client_of(server: ServerProcess) -> httpx.Client:
    return httpx.Client(base_url=server.url, timeout=60)


@pytest.fixture(scope="module")
def server(
    cloud: Cloud, package: Packaged, tmp_path_factory: pytest.TempPathFactory, lake: Lakehouse
) -> Iterator[ServerProcess]:
    """A server that was started before there were as-of tables."""
    with (
        replica(cloud, package, tmp_path_factory.mktemp("volume")) as running,
        client_of(running) as asking,
    ):
        refused = asking.post(f"{ASK}/infer", json=asof.question(asof.flights(1)))
        assert (refused.status_code, refused.json()["code"]) == (503, "no_asof_tables")
        assert asking.get("/v2/health/ready").status_code == 200
        asof.land(lake, 1, asof.flights())
        wait_until(lambda: asking.get(f"{ASK}/ready").status_code == 200, 240)
        yield running


@pytest.fixture
def http(server: ServerProcess) -> Iterator[httpx.Client]:
    with client_of(server) as client:
        yield client


def test_its_inputs_are_the_schedule_without_any_outcome(http: httpx.Client) -> None:
    described = http.get(ASK).json()
    names = [field["name"] for field in described["inputs"]]
    assert described["name"] == "flight_delay_by_key"
    assert {"carrier", "flight", "origin", "time_hour"} <= set(names)
    assert not set(names) & {*asof.spec().data.outcomes, "late"}
    plain = http.get("/v2/models/flight_delay").json()
    assert described["outputs"] == plain["outputs"]


def test_the_answer_is_that_for_the_features_of_the_offline_table(
    http: httpx.Client, cloud: Cloud
) -> None:
    asked = asof.flights().sample(fraction=1, shuffle=True, seed=1)
    answer = http.post(f"{ASK}/infer", json={**asof.question(asked), "id": "mine"})
    assert answer.status_code == 200, answer.text
    said = answer.json()
    assert (said["model_name"], said["model_version"]) == ("flight_delay_by_key", "3")
    prediction_id = said["parameters"]["prediction_id"]
    pod_rows = pl.DataFrame()

    def arrived() -> bool:
        nonlocal pod_rows
        if not collect(cloud, "flight_delay").rows and pod_rows.is_empty():
            return False
        pod_rows = rows(cloud, "flight_delay").filter(prediction_id=prediction_id).sort("row")
        return pod_rows.height == asked.height

    wait_until(arrived, 120)
    assert pod_rows["output_probability"].to_list() == said["outputs"][0]["data"]
    assert pod_rows["key_flight"].to_list() == asked["flight"].to_list()
    assert pod_rows["event_time"].to_list() == asked["time_hour"].to_list()
    # The last flights leave on 2 July UTC, of which some are on 1 July in New York.
    days = [date(*ymd) for ymd in asked.select("year", "month", "day").rows()]
    assert pod_rows["event_day"].to_list() == days
    assert pod_rows["key_flight_date"].to_list() == [day.isoformat() for day in days]
    assert pod_rows["request_id"].unique().to_list() == ["mine"]
    offline = feature_table(asof.spec(), {**tables(), "flights": asof.flights()}).rename(
        {"key_flight": "flight"}
    )
    expected = asked.select("flight").join(offline, on="flight", how="left", maintain_order="left")
    for name, kind in asof.spec().features.columns.items():
        kept = pod_rows[f"input_{name}"]
        kept = kept.cast(pl.Float32) if kind == "number" else kept
        assert kept.equals(expected[name].alias(kept.name), null_equal=True), name


def tables() -> dict[str, pl.DataFrame]:
    airports = pl.DataFrame({"faa": ["LAX"], "tzone": ["America/Los_Angeles"]})
    return {"weather": asof.weather(), "airports": airports}


def test_a_new_replica_that_is_ready_answers_by_key_at_once(
    http: httpx.Client, cloud: Cloud, package: Packaged, volume: Path
) -> None:
    """Else a roll-out takes the last server away that has tables."""
    assert http.get(f"{ASK}/ready").status_code == 200
    with replica(cloud, package, volume) as new, client_of(new) as asking:
        wait_until(lambda: asking.get("/healthz/ready").status_code == 200, 120)
        asked = asking.post(f"{ASK}/infer", json=asof.question(asof.flights(1)))
    assert asked.status_code == 200, asked.text


def test_newer_tables_are_used_within_a_few_looks(http: httpx.Client, lake: Lakehouse) -> None:
    # Nobody has landed yet at the first departure; later on, all who landed were late.
    ask = asof.question(asof.flights().tail(1))
    before = http.post(f"{ASK}/infer", json=ask).json()["outputs"][0]["data"]
    asof.land(lake, 2, asof.flights(late=60.0))
    wait_until(
        lambda: http.post(f"{ASK}/infer", json=ask).json()["outputs"][0]["data"] != before, 120
    )
    asof.land(lake, 3, asof.flights())
    wait_until(
        lambda: http.post(f"{ASK}/infer", json=ask).json()["outputs"][0]["data"] == before, 120
    )


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


def test_who_brings_features_is_answered_while_features_are_built(
    http: httpx.Client, server: ServerProcess
) -> None:
    columns = asof.spec().features.columns
    plain = {
        "inputs": [
            {
                "name": name,
                "datatype": "FP32" if kind == "number" else "BYTES",
                "shape": [1],
                "data": [1.0 if kind == "number" else "AA"],
            }
            for name, kind in columns.items()
        ]
    }
    big = json.dumps(asof.question(asof.flights(1000))).encode()
    enough = threading.Event()
    with client_of(server) as other:

        def ask() -> None:
            while not enough.is_set():
                assert other.post(f"{ASK}/infer", content=big).status_code == 200

        def answered_meanwhile() -> bool:
            """Whether the large request was in the server's hands before and after a small one."""
            in_flight, rows_before = gauges(http)
            assert http.post("/v2/models/flight_delay/infer", json=plain).status_code == 200
            assert http.get("/healthz/live").status_code == 200
            still_in_flight, rows_after = gauges(http)
            return in_flight == still_in_flight == 1 and rows_after == rows_before + 1

        with ThreadPoolExecutor(1) as pool:
            asking = pool.submit(ask)
            try:
                wait_until(answered_meanwhile)
            finally:
                enough.set()
            asking.result()


def gauges(http: httpx.Client) -> tuple[float, float]:
    """Requests that are being answered, and rows that were."""
    told = told_by(http)
    return told["modelyard_inference_in_flight"], told["modelyard_inference_rows_total"]


def told_by(http: httpx.Client) -> dict[str, float]:
    """Every series that Prometheus would read now."""
    lines = [one.split() for one in http.get("/metrics").text.splitlines() if one[0] != "#"]
    return {name: float(value) for name, value in lines}


def test_the_gauge_says_how_old_the_look_is(http: httpx.Client) -> None:
    # It looks five times a second.
    wait_until(lambda: 0 < told_by(http)["modelyard_asof_unchecked_seconds"] < 30)


def test_a_model_without_feature_code_here_is_not_asked_by_key(cloud: Cloud, volume: Path) -> None:
    toy = make_package(cloud, "toy-by-key")
    with ServerProcess(cloud, volume, toy, MODELYARD_LAKE=cloud.lake) as server:
        with client_of(server) as asking:
            answer = asking.post("/v2/models/toy_by_key/infer", json={"inputs": []})
        assert (answer.status_code, answer.json()["code"]) == (404, "unknown_model")
