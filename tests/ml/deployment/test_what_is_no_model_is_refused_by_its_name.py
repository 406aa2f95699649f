"""A genuine signature over something else than a model starts nothing, and runs none of it."""

from __future__ import annotations

import io
import json
import os
import pickle
import zipfile
from pathlib import Path

import pytest

from ml.deployment.package import Package
from ml.deployment.predictors import EXCHANGE, INPUTS, MODEL, describe_inputs, load_predictor
from ml.failures import StepError
from tests.ml.deployment.sealed import IDENTITY


class Payload:
    """Touches a file when it is unpickled."""

    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mknod, (str(self.marker),)


def growing() -> bytes:
    """An archive that becomes hundreds of times as large."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("schema.json", b"0" * 50_000_000)
    return buffer.getvalue()


def refusal_of(name: str, content: bytes) -> str:
    """What is said of a package that is whole but for what one of its files holds."""
    described = json.dumps(describe_inputs({"age": "number"}, "classification")).encode()
    package = Package(
        identity=IDENTITY, digest="sha256:1", contents={INPUTS: described, name: content}
    )
    with pytest.raises(StepError) as refused:
        load_predictor(package)
    return str(refused.value)


@pytest.mark.parametrize("name", [MODEL, EXCHANGE])
def test_a_pickle_under_the_name_of_a_model_is_never_read(tmp_path: Path, name: str) -> None:
    marker = tmp_path / "marker"
    said = refusal_of(name, pickle.dumps(Payload(marker)))
    assert said.startswith(f"{name}: ")
    assert not marker.exists()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        (EXCHANGE, b""),
        (EXCHANGE, growing()),
        (MODEL, growing()),
        (INPUTS, b"no JSON"),
        (INPUTS, b"[1]"),
        (INPUTS, b'{"inputs": [{"name": "age"}]}'),
    ],
    ids=[
        "an empty graph",
        "an archive for a graph",
        "an archive that grows",
        "a text",
        "a list",
        "half a description",
    ],
)
def test_whatever_else_it_is_is_told_in_one_line(name: str, content: bytes) -> None:
    said = refusal_of(name, content)
    assert said.startswith(f"{name}: ")
    assert "\n" not in said
