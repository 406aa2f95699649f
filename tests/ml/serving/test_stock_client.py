"""A client that knows nothing of Modelyard, tritonclient, works against the endpoint."""

from __future__ import annotations

import numpy as np
import pytest
from tritonclient.http import InferenceServerClient, InferInput, InferRequestedOutput
from tritonclient.utils import InferenceServerException

from tests.ml.serving.server_process import ServerProcess

pytestmark = pytest.mark.process


@pytest.fixture
def client(server: ServerProcess) -> InferenceServerClient:
    return InferenceServerClient(server.url.removeprefix("http://"))


def inputs(rows: int, *, binary: bool) -> list[InferInput]:
    made = []
    for name in ("age", "weight", "pulse"):
        tensor = InferInput(name, [rows], "FP32")
        tensor.set_data_from_numpy(np.linspace(-1, 1, rows, dtype=np.float32), binary_data=binary)
        made.append(tensor)
    return made


def test_it_sees_health_and_metadata(client: InferenceServerClient) -> None:
    assert client.is_server_live()
    assert client.is_server_ready()
    assert client.is_model_ready("toy", "3")
    assert client.get_model_metadata("toy")["versions"] == ["3"]


@pytest.mark.parametrize("binary_in", [True, False])
@pytest.mark.parametrize("binary_out", [True, False])
def test_it_gets_the_same_numbers_in_every_encoding(
    client: InferenceServerClient, binary_in: bool, binary_out: bool
) -> None:
    wish = InferRequestedOutput("probability", binary_data=binary_out)
    answer = client.infer("toy", inputs(50, binary=binary_in), outputs=[wish], request_id="triton")
    expected = client.infer("toy", inputs(50, binary=True)).as_numpy("probability")
    assert answer.get_response()["id"] == "triton"
    assert expected.shape == (50,)
    assert (answer.as_numpy("probability") == expected).all()


def test_it_shows_our_errors(client: InferenceServerClient) -> None:
    with pytest.raises(InferenceServerException, match=r"at most 1000 are allowed"):
        client.infer("toy", inputs(10_000, binary=True))


def test_compressed_requests_are_refused_in_words(client: InferenceServerClient) -> None:
    with pytest.raises(InferenceServerException, match="uncompressed"):
        client.infer("toy", inputs(5, binary=False), request_compression_algorithm="gzip")
