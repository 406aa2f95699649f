"""An acknowledged label is never lost and counts once, whatever is posted again or killed."""

from __future__ import annotations

import signal
import uuid
from pathlib import Path

import httpx
import pytest

from ml.monitoring.answers import newest_labels
from ml.monitoring.label_rows import LABELS
from tests.ml.serving.cloud import Cloud, Packaged
from tests.ml.serving.labels import label, stored
from tests.ml.serving.lake import wait_until
from tests.ml.serving.server_process import ServerProcess, request

pytestmark = pytest.mark.process


def serve(cloud: Cloud, volume: Path, package: Packaged | None, **more: str) -> ServerProcess:
    return ServerProcess(cloud, volume, package, MODELYARD_LAKE=cloud.lake, **more)


def test_labels_of_every_kind_reach_the_table_with_the_moment_they_became_known(
    cloud: Cloud, volume: Path
) -> None:
    """Without a version nobody knows which kind the model's outcomes are."""
    name = uuid.uuid4().hex
    values = [1, 0.5, "late", True, False]
    known = "2013-07-01T16:30:00+02:00"
    labels = [label(v, prediction_id=name, row=n) for n, v in enumerate(values)]
    labels[0]["known_at"] = known
    with serve(cloud, volume, None, POD_NAME="any-kind") as server:
        answer = httpx.post(
            f"{server.url}/feedback",
            json={"labels": labels},
            headers={"modelyard-caller": "desk"},
            timeout=30,
        )
        assert (answer.status_code, answer.json()) == (200, {"accepted": 5})
        wait_until(lambda: stored(cloud, "toy").filter(prediction_id=name).height == 5)
    rows = stored(cloud, "toy").filter(prediction_id=name).sort("row")
    assert dict(rows.schema) == {key: dtype for key, dtype in LABELS.items()}
    assert rows["label"].to_list() == [1.0, 0.5, None, 1.0, 0.0]
    assert rows["label_text"].to_list() == [None, None, "late", None, None]
    assert str(rows["known_at"][0]) == "2013-07-01 14:30:00+00:00"
    assert rows["known_at"][1] == rows["received_at"][1]
    assert set(rows["caller"]) == {"desk"}


def test_posting_again_changes_nothing_and_a_correction_counts(
    http: httpx.Client, cloud: Cloud
) -> None:
    answer = http.post("/v2/models/toy/infer", json=request(rows=2)).json()
    name = answer["parameters"]["prediction_id"]
    for value in (0, 0, 1):
        posted = http.post("/feedback", json={"labels": [label(value, prediction_id=name)]})
        assert posted.status_code == 200
    wait_until(lambda: stored(cloud, "toy").filter(prediction_id=name).height == 3)
    labels = stored(cloud, "toy").filter(prediction_id=name)
    assert newest_labels(labels)["label"].to_list() == [1.0]


def test_of_two_labels_for_one_row_in_one_post_the_last_is_kept(
    http: httpx.Client, cloud: Cloud
) -> None:
    name = uuid.uuid4().hex
    labels = [label(value, prediction_id=name) for value in (1, 0)]
    assert http.post("/feedback", json={"labels": labels}).json() == {"accepted": 2}
    wait_until(lambda: stored(cloud, "toy").filter(prediction_id=name).height == 1)
    assert stored(cloud, "toy").filter(prediction_id=name)["label"].to_list() == [0.0]


def test_without_a_version_labels_of_earlier_ones_are_kept(cloud: Cloud, volume: Path) -> None:
    name = uuid.uuid4().hex
    with serve(cloud, volume, None, POD_NAME="empty") as server:
        posted = httpx.post(
            f"{server.url}/feedback", json={"labels": [label(prediction_id=name)]}, timeout=30
        )
        assert posted.status_code == 200
        wait_until(lambda: stored(cloud, "toy").filter(prediction_id=name).height == 1)


def test_every_acknowledged_label_survives_kills(
    cloud: Cloud, package: Packaged, volume: Path
) -> None:
    name = uuid.uuid4().hex
    acknowledged: list[int] = []
    for round_ in range(3):
        server = serve(cloud, volume, package, POD_NAME="killed-labels").start()
        with httpx.Client(base_url=server.url, timeout=10) as client:
            for row in range(100 * round_, 100 * round_ + 40):
                body = {"labels": [label(prediction_id=name, row=row)]}
                assert client.post("/feedback", json=body).status_code == 200
                acknowledged.append(row)
            server.signal(signal.SIGKILL)
            assert server.wait() == -signal.SIGKILL
    with serve(cloud, volume, package, POD_NAME="killed-labels"):
        wait_until(lambda: stored(cloud, "toy").filter(prediction_id=name).height == 120)
    found = stored(cloud, "toy").filter(prediction_id=name)["row"].to_list()
    assert sorted(found) == acknowledged
