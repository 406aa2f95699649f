"""A multi-class model answers a label and the chance of each class, and both are kept."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import numpy as np
import pytest
from tritonclient.http import InferenceServerClient, InferInput, InferRequestedOutput

from tests.ml.serving.cloud import CLASSES, COLUMNS, Cloud, make_class_package
from tests.ml.serving.lake import collect, rows, wait_until
from tests.ml.serving.server_process import ServerProcess, request

pytestmark = pytest.mark.process

MODEL = "graded"
INFER = f"/v2/models/{MODEL}/infer"


@pytest.fixture(scope="module", params=["onnx", "skops"])
def classes(
    request: pytest.FixtureRequest, cloud: Cloud, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ServerProcess]:
    package = make_class_package(
        cloud, request.param, model=MODEL, exchanged=request.param == "onnx"
    )
    names = {
        "MODELYARD_MODEL": MODEL,
        "MODELYARD_CAPTURE_URI": f"{cloud.lake}/capture/{MODEL}",
        "POD_NAME": f"graded-{request.param}",
    }
    volume = tmp_path_factory.mktemp("volume")
    with ServerProcess(cloud, volume, package, **names) as running:
        yield running


def asked(count: int) -> dict[str, list[float]]:
    values = np.linspace(-2, 2, count, dtype=np.float32).tolist()
    return dict.fromkeys(COLUMNS, values)


def test_the_metadata_says_what_the_columns_stand_for(classes: ServerProcess) -> None:
    described = httpx.get(f"{classes.url}/v2/models/{MODEL}", timeout=30).json()
    assert described["outputs"] == [
        {"name": "label", "datatype": "BYTES", "shape": [-1]},
        {"name": "probabilities", "datatype": "FP64", "shape": [-1, 3]},
    ]
    assert described["parameters"]["classes"] == list(CLASSES)


@pytest.mark.parametrize("binary", [True, False])
def test_a_stock_client_reads_labels_and_a_matrix(classes: ServerProcess, binary: bool) -> None:
    client = InferenceServerClient(classes.url.removeprefix("http://"))
    inputs = []
    for name, values in asked(7).items():
        tensor = InferInput(name, [7], "FP32")
        tensor.set_data_from_numpy(np.array(values, dtype=np.float32), binary_data=binary)
        inputs.append(tensor)
    wishes = [
        InferRequestedOutput(name, binary_data=binary) for name in ("label", "probabilities")
    ]
    answer = client.infer(MODEL, inputs, outputs=wishes)
    chances = answer.as_numpy("probabilities")
    assert chances.shape == (7, 3)
    assert np.abs(chances.sum(axis=1) - 1).max() < 1e-12
    found = [v.decode() if isinstance(v, bytes) else v for v in answer.as_numpy("label")]
    assert found == [CLASSES[place] for place in chances.argmax(axis=1)]
    assert (found[0], found[-1]) == (CLASSES[0], CLASSES[-1])


def test_each_row_of_a_request_has_the_chances_it_has_alone(classes: ServerProcess) -> None:
    with httpx.Client(base_url=classes.url, timeout=30) as client:
        whole = client.post(INFER, json=request(**asked(5))).json()["outputs"][1]
        assert whole["shape"] == [5, 3]
        assert len(whole["data"]) == 15
        for row in range(5):
            one = {name: values[row : row + 1] for name, values in asked(5).items()}
            alone = client.post(INFER, json=request(**one)).json()["outputs"][1]["data"]
            assert alone == pytest.approx(whole["data"][3 * row : 3 * row + 3], abs=1e-7)


def test_both_are_in_the_predictions_table(cloud: Cloud, classes: ServerProcess) -> None:
    answer = httpx.post(f"{classes.url}{INFER}", json=request(**asked(4)), timeout=30).json()
    name = answer["parameters"]["prediction_id"]
    found = 0

    def arrived() -> bool:
        nonlocal found
        found += collect(cloud, MODEL).rows
        return bool(found) and name in rows(cloud, MODEL)["prediction_id"]

    wait_until(arrived)
    kept = rows(cloud, MODEL).filter(prediction_id=name).sort("row")
    assert kept["output_label"].to_list() == answer["outputs"][0]["data"]
    assert (
        np.concatenate(kept["output_probabilities"].to_list()).tolist()
        == (answer["outputs"][1]["data"])
    )
