"""Promise: a reset leaves nothing of the sandbox, and what others put beside it where it was."""

import pytest

from tests.sandbox.observed import Make

pytestmark = pytest.mark.process


def test_nothing_is_left(make: Make) -> None:
    sandbox = make()
    sandbox.up()
    sandbox.reset()
    assert not sandbox.root.exists()


def test_what_is_to_be_kept_stays_as_it_was(make: Make) -> None:
    sandbox = make()
    sandbox.up()
    mine = sandbox.root / "datasets" / "of-mine"
    mine.parent.mkdir()
    mine.write_text("the only copy")
    sandbox.reset(keep=("datasets",))
    assert [each.name for each in sandbox.root.iterdir()] == ["datasets"]
    assert mine.read_text() == "the only copy"
    sandbox.up()
    assert sandbox.environ()
