"""The way back needs no model folder: what was deployed last is deployed with another line."""

import json
from pathlib import Path

import pytest

from infra.names import AS_DEPLOYED
from modelyard.errors import RefusedError
from modelyard.live.releases import ReleaseLines
from modelyard.live.rollback import roll_back
from modelyard.place import Place
from modelyard.storage import split_uri, write_json
from tests.modelyard import living, world

pytestmark = pytest.mark.slow

SPECS = {"diabetes": "{}", world.MODEL: '{"serving": {}}'}


@pytest.fixture
def told(aws: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What a `pulumi` that refuses every update was told to deploy; empty where it was not."""
    noted, folder = aws / "told", aws / "bin"
    for name in ("policy", "releases", "bin"):
        (aws / name).mkdir()
    script = folder / "pulumi"
    script.write_text(
        f'#!/bin/sh\ncat "${{{AS_DEPLOYED}:-/dev/null}}" > {noted}\necho "not now" >&2\nexit 255\n'
    )
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    return noted


def go_back(place: Place, specs: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Type `modelyard rollback`, where others deployed these specs since the stack was read."""
    kept = place.releases.model_dump() | {"specs": specs}
    monkeypatch.setattr("modelyard.stacks.outputs", lambda *_: kept)
    first = living.make_live(place)
    bucket, folder = split_uri(first.line["package"])
    write_json(place.client("s3"), bucket, f"{folder}/manifest.json", {})
    lines = ReleaseLines.of(place)
    lines.put(world.MODEL, {**first.line, "version": "2"})
    with pytest.raises(RefusedError, match="not now"):
        roll_back(place, world.MODEL, "alarms", print, check=lambda *_: None)
    assert lines.live(world.MODEL) == {**first.line, "version": "2"}


def test_it_deploys_what_was_deployed_last(
    told: Path, prod: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_back(prod, SPECS, monkeypatch)
    assert json.loads(told.read_text()) == SPECS


def test_where_the_stack_has_kept_nothing_the_folders_are_all_there_is(
    told: Path, prod: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_back(prod, {}, monkeypatch)
    assert told.read_text() == ""
