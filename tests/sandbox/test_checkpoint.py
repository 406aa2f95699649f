"""Outputs are read from a checkpoint only where the engine would say the very same."""

import json
from pathlib import Path
from typing import Any

import pytest

from sandbox.checkpoint import SPECIAL, STACK, outputs

PLAIN = {"word": "two", "number": 2, "nested": {"list": [{"a": None}, True]}}


def saved(values: object, *, version: int = 3, roots: int = 1) -> dict[str, Any]:
    root = {"type": STACK, "outputs": values}
    bucket = {"type": "aws:s3/bucket:Bucket", "outputs": {"word": "of a bucket"}}
    resources = [bucket, *[root] * roots]
    return {"version": version, "checkpoint": {"latest": {"resources": resources}}}


@pytest.fixture
def told(tmp_path: Path) -> Any:
    """What is read when the engine wrote this, at a place whose name has to be quoted in a URL."""
    state = tmp_path / "my state"
    file = state / ".pulumi" / "stacks" / "tiny" / "dev.json"
    file.parent.mkdir(parents=True)
    (tmp_path / "Pulumi.yaml").write_text("name: tiny\nruntime: python\n")

    def tell(written: object, backend: str = f"file://{state}".replace(" ", "%20")) -> Any:
        file.write_text(written if isinstance(written, str) else json.dumps(written))
        return outputs({"PULUMI_BACKEND_URL": backend}, tmp_path, "dev")

    return tell


def test_plain_values_come_from_the_file(told: Any) -> None:
    assert told(saved(PLAIN)) == PLAIN


@pytest.mark.parametrize(
    "checkpoint",
    [
        {"stack": "organization/tiny/dev"},
        {"latest": None},
        {"latest": {"resources": []}},
        {"latest": {"resources": [{"type": STACK}]}},
    ],
)
def test_while_the_first_update_runs_there_is_nothing(told: Any, checkpoint: object) -> None:
    assert told({"version": 3, "checkpoint": checkpoint}) == {}


@pytest.mark.parametrize("place", [lambda s: s, lambda s: [1, s], lambda s: {"deep": [{"x": s}]}])
def test_a_secret_anywhere_is_left_to_the_engine(told: Any, place: Any) -> None:
    secret = {SPECIAL: "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "v1:…"}
    assert told(saved({**PLAIN, "other": place(secret)})) is None


@pytest.mark.parametrize(
    "written",
    [
        saved(PLAIN, version=4),
        saved(PLAIN, roots=2),
        [],
        {"version": 3, "checkpoint": []},
        '{"version": 3, "check',
    ],
)
def test_what_is_not_understood_is_left_to_the_engine(told: Any, written: object) -> None:
    assert told(written) is None


@pytest.mark.parametrize("backend", ["s3://states", "https://api.example.com", ""])
def test_another_backend_is_left_to_the_engine(told: Any, backend: str) -> None:
    assert told(saved(PLAIN), backend) is None


def test_a_stack_that_was_never_made_is_left_to_the_engine(told: Any, tmp_path: Path) -> None:
    told(saved(PLAIN))
    backend = {"PULUMI_BACKEND_URL": f"file://{tmp_path}/my%20state"}
    assert outputs(backend, tmp_path, "prod") is None
    assert outputs(backend, tmp_path / "nowhere", "dev") is None
