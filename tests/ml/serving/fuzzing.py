"""What requests are made of at random, and the promise that every answer to them keeps."""

from __future__ import annotations

import httpx
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from tests.ml.serving.every_type_server import EveryType

SECONDS = 5.0

fuzzing = settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)


def check(answer: httpx.Response) -> None:
    """The promise that every answer keeps."""
    assert answer.status_code == 200 or 400 <= answer.status_code < 500, answer.text[:500]
    assert answer.status_code == 200 or {"error", "code"} == set(answer.json())
    assert answer.elapsed.total_seconds() < SECONDS


huge = st.sampled_from([10**18, 2**63, 2**64, 10**30, -(10**30), 10**400, 2**31, -1, 0])
odd_numbers = st.sampled_from([1e308, -1e308, 5e-324, 1e39, float("nan"), float("inf"), -0.0])
odd_texts = st.sampled_from(["", "\x00", "\ud800", "\ud83d\ude00", "a" * 5_000, "NaN", ":", '"'])
leaves = st.none() | st.booleans() | huge | odd_numbers | odd_texts | st.integers() | st.text()
values = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(odd_texts | st.text(), inner, max_size=3)
    ),
    max_leaves=8,
)
shapes = st.lists(huge | st.integers(0, 3), max_size=4)
fields = st.sampled_from(EveryType.inputs)
