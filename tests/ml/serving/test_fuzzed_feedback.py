"""Whatever a post of labels says, the answer is a 200 or a 4xx with a code, and soon."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ml.serving.every_server import EveryServer
from tests.ml.serving.fuzzing import check, fuzzing, leaves, values

pytestmark = pytest.mark.process

moments = st.sampled_from(
    ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "2013-07-01T00:00:00Z", "now", ""]
)
labels = st.fixed_dictionaries(
    {},
    optional={
        "prediction_id": st.sampled_from(["a", "a" * 101, "\x00", ""]) | leaves,
        "row": st.integers(0, 3) | leaves,
        "label": leaves | st.text(max_size=210),
        "known_at": moments | leaves,
        "more": leaves,
    },
)
good_label = {"prediction_id": "a", "row": 0, "label": 1.0}


@fuzzing
@given(labels=st.lists(labels.map(lambda change: good_label | change), max_size=3) | values)
def test_feedback_may_be_anything(every: EveryServer, labels: Any) -> None:
    text = json.dumps({"labels": labels}).encode("utf-8", "surrogatepass")
    check(every.post(text, path="/feedback"))


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59"])
def test_a_moment_outside_of_the_calendar_is_refused(every: EveryServer, moment: str) -> None:
    text = json.dumps({"labels": [good_label | {"known_at": moment}]}).encode()
    answer = every.post(text, path="/feedback")
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_label")
