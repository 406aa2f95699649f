"""Promise: a model trained in dev goes live by itself, answers stock clients, and is traceable."""

import time

import numpy
import pytest
import tritonclient.http

from tests.acceptance.checkout import Checkout
from tests.acceptance.conftest import diabetes

pytestmark = pytest.mark.engine

FEATURES = ("age", "sex", "bmi", "bp", "s1", "s2", "s3", "s4", "s5", "s6")


@pytest.fixture(scope="module")
def prediction(first_version: Checkout) -> str:
    """The id of an answer that `modelyard predict` printed."""
    answer = first_version.modelyard(
        "predict", "diabetes", "--env", "dev", "--example", "--json"
    ).json
    return str(answer["parameters"]["prediction_id"])


@pytest.fixture(scope="module")
def live(first_version: Checkout) -> dict[str, object]:
    """What `modelyard status` says of the model, once the pods before the release have gone."""
    deadline = time.monotonic() + 180
    found = diabetes(first_version)
    while not all(pod["ready"] for pod in found["pods"]):
        assert time.monotonic() < deadline, found
        time.sleep(0.5)
        found = diabetes(first_version)
    return found


def test_development_sees_the_redacted_copy_only(first_version: Checkout) -> None:
    shown = first_version.modelyard("data", "show", "diabetes", "--env", "prod", "--json").json
    assert [(table["table"], table["curated"]) for table in shown["tables"]] == [("patients", 442)]
    here = first_version.modelyard("data", "show", "diabetes", "--env", "dev", "--json").json
    assert [table["raw"] for table in here["tables"]] == [0]


def test_a_trained_version_goes_live_by_itself(live: dict[str, object]) -> None:
    assert live["version"]
    assert live["gate"] == "passed"
    assert live["ready"] is True
    pods = live["pods"]
    assert isinstance(pods, list)
    assert pods
    assert all(pod["ready"] for pod in pods)


def test_a_stock_client_gets_an_answer(live: dict[str, object]) -> None:
    client = tritonclient.http.InferenceServerClient(str(live["address"]).removeprefix("http://"))
    try:
        assert client.is_server_ready()
        metadata = client.get_model_metadata("diabetes")
        assert [each["name"] for each in metadata["inputs"]] == [*FEATURES]
        inputs = []
        for each in metadata["inputs"]:
            inputs.append(tritonclient.http.InferInput(each["name"], [3], each["datatype"]))
            inputs[-1].set_data_from_numpy(numpy.array([0.01, 0.0, -0.01], dtype=numpy.float32))
        answer = client.infer("diabetes", inputs)
        [output] = metadata["outputs"]
        values = answer.as_numpy(output["name"])
    finally:
        client.close()
    assert values.shape == (3,)
    # The target lies between 25 and 346; patients in the middle are predicted in its middle.
    assert ((values > 100) & (values < 200)).all()
    assert answer.get_response()["model_version"] == live["version"]


def test_an_answer_leads_back_to_everything_that_made_it(
    first_version: Checkout, live: dict[str, object], prediction: str
) -> None:
    until = time.monotonic() + 120
    while True:
        done = first_version.modelyard("trace", prediction, "--env", "dev", "--json", code=None)
        if done.code == 0 or time.monotonic() > until:
            break
    traced = done.json
    assert traced["version"] == live["version"]
    assert traced["image_digest"].startswith("sha256:")
    assert len(traced["git_sha"]) == 40
    assert traced["run"]
    [table] = traced["tables"]
    assert table["name"] == "curated/patients"
    assert "mirror" in table["uri"]
    assert table["version"] >= 0
    assert traced["prediction"]["prediction_id"] == prediction


def test_the_ledger_holds_the_release_and_is_whole(first_version: Checkout) -> None:
    entries = first_version.modelyard("audit", "log", "--env", "dev", "--json").json
    released = [
        each for each in entries if (each["kind"], each["model"]) == ("released", "diabetes")
    ]
    assert released
    assert released[0]["version"] == "1"
    shown = first_version.modelyard("audit", "verify").out
    for environment in ("dev", "staging", "prod"):
        assert f"{environment}: whole" in shown
