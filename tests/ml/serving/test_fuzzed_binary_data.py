"""Whatever bytes follow a request and however long they claim to be, it is answered or refused."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml.deployment.server.predictor import Field
from tests.ml.serving.every_server import EveryServer, request, tensor
from tests.ml.serving.every_type_server import EveryType
from tests.ml.serving.fuzzing import check, fields, fuzzing, huge

pytestmark = pytest.mark.process


@fuzzing
@given(
    sizes=st.lists(st.integers(-2, 12) | huge, min_size=1, max_size=13),
    rows=st.integers(1, 3) | huge,
    binary=st.binary(max_size=60),
    lie=st.integers(-30, 30) | huge,
)
def test_binary_lengths_may_lie(
    every: EveryServer, sizes: list[int], rows: int, binary: bytes, lie: int
) -> None:
    document = request()
    for each, size in zip(document["inputs"], sizes, strict=False):
        del each["data"]
        each["shape"] = [rows]
        each["parameters"] = {"binary_data_size": size}
    text = json.dumps(document).encode()
    length = str(len(text) + lie)
    check(every.post(text + binary, {"inference-header-content-length": length}))


def in_binary(field: Field, data: bytes) -> tuple[bytes, dict[str, str]]:
    """A request in which one input is binary and the others are good JSON."""
    document = request()
    changed = tensor(field, parameters={"binary_data_size": len(data)})
    del changed["data"]
    document["inputs"][EveryType.inputs.index(field)] = changed
    text = json.dumps(document).encode()
    return text + data, {"inference-header-content-length": str(len(text))}


@fuzzing
@given(field=fields, data=st.binary(max_size=24))
def test_binary_data_may_be_any_bytes(every: EveryServer, field: Field, data: bytes) -> None:
    check(every.post(*in_binary(field, data)))


@fuzzing
@given(prefix=st.integers(0, 2**32 - 1), text=st.binary(max_size=12), cut=st.integers(0, 12))
def test_length_prefixes_of_texts_may_lie(
    every: EveryServer, prefix: int, text: bytes, cut: int
) -> None:
    field = next(each for each in EveryType.inputs if each.datatype == "BYTES")
    check(every.post(*in_binary(field, (prefix.to_bytes(4, "little") + text)[cut:])))
