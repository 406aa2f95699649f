"""Parts start after what they wait for; those that could never start are named."""

import pytest

from sandbox import Part, SandboxError
from sandbox.supervisor import in_order


def test_parts_start_after_what_they_wait_for() -> None:
    parts = [Part(name="b", argv=("x",), depends_on=("a",)), Part(name="a", argv=("x",))]
    assert [part.name for part in in_order(parts)] == ["a", "b"]


@pytest.mark.parametrize("waits_for", ["b", "nobody"])
def test_parts_that_could_never_start_are_named(waits_for: str) -> None:
    with pytest.raises(SandboxError, match=f"b waits for {waits_for}"):
        in_order(
            [Part(name="a", argv=("x",)), Part(name="b", argv=("x",), depends_on=(waits_for,))]
        )
