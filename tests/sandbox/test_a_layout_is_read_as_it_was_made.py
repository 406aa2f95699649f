"""A layout is read as it was made; what does not fit it is refused with a way out."""

import json
from pathlib import Path

import pytest

from sandbox import Environment, Layout, SandboxError
from tests.sandbox.allotted import bound
from tests.sandbox.conftest import ENVIRONMENTS


def test_other_environments_need_a_reset(tmp_path: Path) -> None:
    Layout.create(tmp_path / "one", ENVIRONMENTS)
    other = [Environment(name="dev", account="999999999999", region="eu-west-1")]
    with pytest.raises(SandboxError, match="other environments") as refused:
        Layout.create(tmp_path / "one", other)
    assert "reset" in refused.value.remedy


def test_an_unknown_environment_is_answered_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(SandboxError, match=r"'test'[\s\S]*dev, prod"):
        Layout.create(tmp_path / "one", ENVIRONMENTS).environment("test")


def test_a_damaged_layout_is_named(tmp_path: Path) -> None:
    Layout.create(tmp_path / "one", ENVIRONMENTS)
    file = tmp_path / "one" / "sandbox.json"
    file.write_text("{}")
    with pytest.raises(SandboxError, match=str(file)):
        Layout.load(tmp_path / "one")


def test_a_sandbox_that_was_allotted_more_than_is_used_now_goes_on(tmp_path: Path) -> None:
    before = Layout.create(tmp_path / "one", ENVIRONMENTS)
    file = tmp_path / "one" / "sandbox.json"
    saved = json.loads(file.read_text())
    saved["allotment"]["ports"]["dev.out_of_use"] = 29999
    file.write_text(json.dumps(saved))
    assert bound(Layout.load(tmp_path / "one")) == bound(before)
