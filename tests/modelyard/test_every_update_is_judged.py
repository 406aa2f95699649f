"""No update is started without the policy pack, and what the pack refuses is told as a refusal."""

from pathlib import Path

import pytest

from modelyard import stacks
from modelyard.errors import RefusedError


@pytest.fixture
def asked(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A `pulumi` that notes what it is asked and refuses every update."""
    noted, folder = checkout / "asked", checkout / "bin"
    (checkout / "policy").mkdir()
    (checkout / "releases").mkdir()
    folder.mkdir()
    script = folder / "pulumi"
    script.write_text(f'#!/bin/sh\necho "$@" >> {noted}\necho "mandatory: no" >&2\nexit 255\n')
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    return noted


@pytest.mark.parametrize("project", [stacks.PLATFORM, stacks.RELEASES])
def test_platform_and_releases_are_updated_under_the_pack(
    checkout: Path, asked: Path, project: str
) -> None:
    with pytest.raises(RefusedError, match=f"prod/{project}"):
        stacks.up(checkout, project, "prod", lambda said: None)
    (update,) = [line for line in asked.read_text().splitlines() if " up " in f" {line} "]
    assert f"--policy-pack {checkout / 'policy'}" in update
