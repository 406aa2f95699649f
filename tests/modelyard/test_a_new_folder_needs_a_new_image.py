"""Environments that stand get an image with a folder that was committed since, and only then."""

from pathlib import Path

import pytest

from modelyard.errors import RefusedError
from modelyard.live.releases import ReleaseLines
from modelyard.place import Place
from modelyard.source import head
from modelyard.storage import write_json
from modelyard.story.packed import carried, knows, outdated
from modelyard.target import Target, Yard
from tests.modelyard import world
from tests.modelyard.test_a_release_is_a_commit import git

pytestmark = pytest.mark.slow

LINE = {"version": "1", "image": world.IMAGE, "package": "s3://b/p", "digest": "sha256:1"}


@pytest.fixture
def yard(aws: Path, monkeypatch: pytest.MonkeyPatch) -> Yard:
    """Three environments that were brought up before `models/churn` was committed."""
    git(aws, "init", "-q")
    git(aws, "add", ".")
    git(aws, "commit", "-qm", "First")
    places = {}
    for name in world.ACCOUNTS:
        world.stand_up(world.enter(aws, name), world.MODEL)
        places[name] = world.adopt_outputs(world.enter(aws, name), world.MODEL)
    monkeypatch.setattr(Yard, "place", lambda self, name: places[name])
    found = Yard(root=aws, target=Target.SANDBOX)
    released(found, "a")
    return found


def released(yard: Yard, digit: str) -> str:
    """What building an image of the commit that is checked out leaves behind."""
    image = f"sha256:{digit * 64}"
    for place in yard.places():
        record = {**world.RELEASE, "image_digest": image, "git_sha": head(yard.root)}
        record["built_at"] = f"2030-01-01T00:00:0{int(digit, 16) - 10}Z"
        key = f"releases/{digit * 64}.json"
        write_json(place.client("s3"), place.platform.artifacts_bucket, key, record)
        ReleaseLines.of(place).set_runtime_image(image)
    return image


def commit(yard: Yard, model: str) -> None:
    folder = yard.root / "models" / model
    folder.mkdir(exist_ok=True)
    before = len(git(yard.root, "log", "--format=%H").split())
    (folder / "features.py").write_text(f"COMMITS = {before}\n")
    git(yard.root, "add", ".")
    git(yard.root, "commit", "-qm", f"Add {model}")


def endpoint_of(place: Place, model: str) -> Place:
    return world.adopt_outputs(place, world.MODEL, model)


def test_a_folder_that_came_later_outdates_the_image_and_a_new_one_has_it(yard: Yard) -> None:
    commit(yard, "churn")
    assert outdated(yard, "churn")
    assert not outdated(yard, world.MODEL)
    assert knows(yard.place("dev"), world.MODEL)
    released(yard, "b")
    assert not outdated(yard, "churn")
    assert not knows(yard.place("dev"), "churn"), "it has no endpoint yet"
    assert knows(endpoint_of(yard.place("dev"), "churn"), "churn")


def test_a_commit_elsewhere_outdates_nothing(yard: Yard) -> None:
    commit(yard, "churn")
    released(yard, "b")
    commit(yard, "other")
    assert not outdated(yard, "churn")


def test_one_environment_that_lags_behind_is_enough(yard: Yard) -> None:
    commit(yard, "churn")
    released(yard, "b")
    ReleaseLines.of(yard.place("prod")).set_runtime_image(world.IMAGE)
    assert outdated(yard, "churn")


def test_the_newest_release_that_has_the_folder_carries_it(yard: Yard) -> None:
    with pytest.raises(RefusedError, match="No release of dev has models/churn") as refused:
        carried(yard, "churn")
    assert refused.value.remedy == "modelyard release build"
    commit(yard, "churn")
    image = released(yard, "b")
    assert carried(yard, "churn")["image_digest"] == image
    assert carried(yard, world.MODEL)["image_digest"] == image
    commit(yard, world.MODEL)
    newest = released(yard, "c")
    assert carried(yard, "churn")["image_digest"] == newest
    commit(yard, "churn")
    with pytest.raises(RefusedError):
        carried(yard, "churn")


def test_what_production_serves_carries_on_whatever_is_committed_since(yard: Yard) -> None:
    ReleaseLines.of(yard.place("prod")).put(world.MODEL, LINE)
    commit(yard, world.MODEL)
    released(yard, "b")
    assert carried(yard, world.MODEL)["image_digest"] == world.IMAGE
    commit(yard, world.MODEL)
    assert knows(yard.place("prod"), world.MODEL)
