"""Labels that are wrong, too many or have nowhere to go are refused whole and by name."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.ml.serving.cloud import Cloud
from tests.ml.serving.labels import label, stored
from tests.ml.serving.server_process import ServerProcess

pytestmark = pytest.mark.process


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"label": None}, "labels[1].label: "),
        ({"label": [1]}, "labels[1].label: "),
        ({"row": -1}, "labels[1].row: "),
        ({"row": 1.5}, "labels[1].row: "),
        ({"prediction_id": ""}, "labels[1].prediction_id: "),
        ({"known_at": "2013-07-01T12:00:00"}, "labels[1].known_at: "),
        ({"known_at": "yesterday"}, "labels[1].known_at: "),
        ({"label": 10**400}, "labels[1].label: "),
        ({"label": "x" * 201}, "labels[1].label: "),
        ({"label": 2}, "labels[1].label: 2 is neither 0 nor 1"),
        ({"label": 0.5}, "labels[1].label: 0.5 is neither 0 nor 1"),
        ({"label": "late"}, "labels[1].label: a text is no outcome"),
        ({"score": 1}, "labels[1]: "),
    ],
)
def test_one_wrong_label_refuses_all_and_is_named(
    http: httpx.Client, cloud: Cloud, wrong: dict[str, Any], told: str
) -> None:
    name = uuid.uuid4().hex
    labels = [label(prediction_id=name), {**label(prediction_id=name, row=1), **wrong}]
    answer = http.post("/feedback", json={"labels": labels})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_label")
    assert answer.json()["error"].startswith(told)
    assert stored(cloud, "toy").filter(prediction_id=name).is_empty()


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"{", 400, "invalid_json"),
        (b"[]", 422, "invalid_label"),
        (b'{"labels": []}', 422, "invalid_label"),
        (b'{"labels": [' + b"1," * 10**7 + b"1]}", 413, "body_too_large"),
    ],
)
def test_what_holds_no_labels_is_refused(
    http: httpx.Client, body: bytes, status: int, code: str
) -> None:
    answer = http.post("/feedback", content=body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_more_than_ten_thousand_labels_are_to_be_split(http: httpx.Client) -> None:
    labels = [label(row=row) for row in range(10_001)]
    answer = http.post("/feedback", json={"labels": labels})
    assert (answer.status_code, answer.json()["code"]) == (413, "too_many_rows")
    assert http.get("/feedback").status_code == 405


def test_without_a_lake_labels_are_refused(cloud: Cloud, volume: Path) -> None:
    with ServerProcess(cloud, volume, None, MODELYARD_CAPTURE_URI="") as server:
        posted = httpx.post(f"{server.url}/feedback", json={"labels": [label()]})
        assert (posted.status_code, posted.json()["code"]) == (503, "capture_unavailable")
