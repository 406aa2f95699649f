"""Whatever a request's JSON says, the answer is a 200 or a 4xx with a code, and soon."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml.deployment.server.predictor import DATATYPES, Field
from tests.ml.serving.every_server import EveryServer, request
from tests.ml.serving.every_type_server import EveryType
from tests.ml.serving.fuzzing import (
    check,
    fields,
    fuzzing,
    huge,
    leaves,
    odd_texts,
    shapes,
    values,
)

pytestmark = pytest.mark.process

changes = st.fixed_dictionaries(
    {},
    optional={
        "name": st.sampled_from([each.name for each in EveryType.inputs]) | values,
        "datatype": st.sampled_from([*DATATYPES, "FP16", "bytes"]) | values,
        "shape": shapes | values,
        "data": st.lists(leaves, max_size=3) | st.lists(st.lists(leaves, max_size=2)) | values,
        "parameters": st.fixed_dictionaries({"binary_data_size": huge | values}) | values,
        "more": values,
    },
)


@fuzzing
@given(
    field=fields,
    change=changes,
    top=st.dictionaries(
        st.sampled_from(["id", "parameters", "outputs", "more"]), values, max_size=2
    ),
)
def test_one_input_may_be_anything(
    every: EveryServer, field: Field, change: dict[str, Any], top: dict[str, Any]
) -> None:
    document = request() | top
    index = EveryType.inputs.index(field)
    document["inputs"][index] |= change
    check(every.post(json.dumps(document).encode("utf-8", "surrogatepass")))


@fuzzing
@given(
    parameters=st.dictionaries(st.text(max_size=5), leaves, max_size=4),
    id=odd_texts | st.text(),
    wishes=st.lists(st.sampled_from([each.name for each in EveryType.outputs]), max_size=20),
    binary=st.booleans(),
)
def test_what_is_accepted_can_also_be_captured_and_answered(
    every: EveryServer, parameters: dict[str, Any], id: str, wishes: list[str], binary: bool
) -> None:
    parameters["binary_data_output"] = binary
    wanted = [{"name": name, "parameters": {"binary_data": not binary}} for name in wishes]
    document = request() | {"parameters": parameters, "id": id, "outputs": wanted}
    check(every.post(json.dumps(document).encode("utf-8", "surrogatepass")))
