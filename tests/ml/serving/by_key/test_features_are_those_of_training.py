"""Who names an entity gets what training would have known of it: the server builds features."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import httpx
import polars as pl
import pytest

from ml.data.features import feature_table
from tests.ml.serving import asof
from tests.ml.serving.by_key.replicas import ASK, client_of
from tests.ml.serving.cloud import Cloud, make_package
from tests.ml.serving.lake import collect, rows, wait_until
from tests.ml.serving.server_process import ServerProcess

pytestmark = pytest.mark.process


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


def test_a_model_without_feature_code_here_is_not_asked_by_key(cloud: Cloud, volume: Path) -> None:
    toy = make_package(cloud, "toy-by-key")
    with ServerProcess(cloud, volume, toy, MODELYARD_LAKE=cloud.lake) as server:
        with client_of(server) as asking:
            answer = asking.post("/v2/models/toy_by_key/infer", json={"inputs": []})
        assert (answer.status_code, answer.json()["code"]) == (404, "unknown_model")
