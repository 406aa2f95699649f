"""Environments get one release image between them, and keep it until they are told to renew it."""

from pathlib import Path
from typing import Any

import pytest

from modelyard.bring_up import Report, ensure_runtime
from modelyard.live.releases import ReleaseLines
from modelyard.place import Place
from modelyard.release_record import key_of, release_record
from modelyard.source import head
from modelyard.storage import write_json
from modelyard.target import Target, Yard
from tests.modelyard import world
from tests.modelyard.test_a_release_is_a_commit import git

pytestmark = pytest.mark.slow

NAMES = ["staging", "prod"]


class Workshop:
    """Makes images whose digest follows from the commit, and counts them."""

    def __init__(self) -> None:
        self.built: list[str] = []
        self.copied: list[str] = []

    def build(self, place: Place, report: Report) -> dict[str, Any]:
        sha = head(place.root)
        self.built.append(sha)
        return {**world.RELEASE, "git_sha": sha, "image_digest": f"sha256:{sha:0<64}"}

    def copy(self, place: Place, release: dict[str, Any]) -> str:
        self.copied.append(place.name)
        return f"image@{release['image_digest']}"

    def ensure(self, yard: Yard, *, renew: bool = False) -> None:
        ensure_runtime(
            yard,
            NAMES,
            lambda said: None,
            renew=renew,
            build=self.build,
            copy=self.copy,
        )


@pytest.fixture
def yard(aws: Path, staging: Place, prod: Place, monkeypatch: pytest.MonkeyPatch) -> Yard:
    """A checkout with one commit; dev is where images are made."""
    git(aws, "init", "-q")
    commit(aws, "First")
    places = {"dev": world.enter(aws, "dev"), "staging": staging, "prod": prod}
    monkeypatch.setattr(Yard, "place", lambda self, name: places[name])
    return Yard(root=aws, target=Target.SANDBOX)


def commit(root: Path, message: str) -> None:
    git(root, "commit", "-qm", message, "--allow-empty")


def runtime_images(yard: Yard) -> set[str]:
    return {ReleaseLines.of(yard.place(name)).runtime_image for name in NAMES}


def test_one_build_serves_every_environment(yard: Yard) -> None:
    workshop = Workshop()
    workshop.ensure(yard)
    assert len(workshop.built) == 1
    assert workshop.copied == NAMES
    (image,) = runtime_images(yard)
    for name in NAMES:
        assert release_record(yard.place(name), image)["git_sha"] == head(yard.root)


def test_a_later_commit_changes_nothing_by_itself(yard: Yard) -> None:
    workshop = Workshop()
    workshop.ensure(yard)
    before = runtime_images(yard)
    commit(yard.root, "Second")
    workshop.ensure(yard)
    assert len(workshop.built) == 1
    assert runtime_images(yard) == before


def test_renewing_follows_the_commit_and_only_when_it_differs(yard: Yard) -> None:
    workshop = Workshop()
    workshop.ensure(yard)
    workshop.ensure(yard, renew=True)
    assert len(workshop.built) == 1
    commit(yard.root, "Second")
    workshop.ensure(yard, renew=True)
    assert len(workshop.built) == 2
    assert runtime_images(yard) == {f"sha256:{head(yard.root):0<64}"}


def test_only_who_lacks_an_image_gets_one(yard: Yard) -> None:
    prod = yard.place("prod")
    s3, bucket = prod.client("s3"), prod.platform.artifacts_bucket
    write_json(s3, bucket, key_of(world.IMAGE), world.RELEASE)
    ReleaseLines.of(prod).set_runtime_image(world.IMAGE)
    workshop = Workshop()
    workshop.ensure(yard)
    assert workshop.copied == ["staging"]
    assert ReleaseLines.of(prod).runtime_image == world.IMAGE


def test_an_image_whose_record_went_with_the_bucket_is_made_again(yard: Yard) -> None:
    ReleaseLines.of(yard.place("prod")).set_runtime_image(world.IMAGE)
    workshop = Workshop()
    workshop.ensure(yard)
    assert workshop.copied == NAMES
    assert runtime_images(yard) == {f"sha256:{head(yard.root):0<64}"}
