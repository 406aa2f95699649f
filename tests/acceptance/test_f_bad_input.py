"""Promise: what is typed wrongly is told in one message that helps, and changes nothing."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.aws import session
from tests.acceptance.buckets import bucket
from tests.acceptance.checkout import Checkout
from tests.acceptance.conftest import diabetes

pytestmark = pytest.mark.engine

USAGE, REFUSED = 2, 1


@pytest.fixture
def spoilt(deployed: Checkout) -> Iterator["Spoiler"]:
    """Files spoilt by a test are whole again when it has ended."""
    spoiler = Spoiler(deployed.root)
    yield spoiler
    spoiler.mend()


class Spoiler:
    """Edits tracked files, and takes the edits back."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._before: dict[Path, str] = {}

    def replace(self, name: str, *edits: tuple[str, str]) -> None:
        """Replace texts in a file; each has to be there."""
        path = self._root / name
        text = self._before.setdefault(path, path.read_text())
        for old, new in edits:
            assert old in text, f"{name} has no {old!r}"
            text = text.replace(old, new, 1)
        path.write_text(text)

    def mend(self) -> None:
        """Take every edit back."""
        for path, text in self._before.items():
            path.write_text(text)


def test_mistakes_in_a_stack_file_are_told_together_with_their_paths(
    deployed: Checkout, spoilt: Spoiler
) -> None:
    spoilt.replace(
        "Pulumi.dev.yaml",
        ("availability_zones: 2", "availability_zones: two"),
        ("recovery_days: 30", "recovery_days: 30\n      colour: red"),
    )
    told = deployed.shell("pulumi preview --stack dev --non-interactive", code=None)
    assert told.code != 0
    assert "lakehouse.colour" in told.told
    assert "network.availability_zones" in told.told
    assert "Traceback" not in told.told


def test_rules_between_settings_are_told_before_anything_is_planned(
    deployed: Checkout, spoilt: Spoiler
) -> None:
    spoilt.replace(
        "Pulumi.prod.yaml",
        ("disposable: false", "disposable: true"),
        ("10.30.0.0/16", "10.10.0.0/16"),
    )
    told = deployed.shell("pulumi preview --stack prod --non-interactive", code=None)
    assert told.code != 0
    assert "lakehouse.disposable" in told.told
    assert "10.10.0.0/16 overlaps 10.10.0.0/16 of Pulumi.dev.yaml" in told.told
    assert "Traceback" not in told.told
    assert "to delete" not in told.told


def test_three_mistakes_in_a_model_folder_are_three_lines(
    deployed: Checkout, spoilt: Spoiler
) -> None:
    spoilt.replace(
        "models/diabetes/model.yaml",
        ("k: 5", "k: two"),
        ("holdout_fraction: 0.25", "holdout_fraction: 1.25"),
        ("retrain:", "retraining:"),
    )
    told = deployed.modelyard("model", "check", code=REFUSED)
    assert "flight_delay: in order" in told.out
    for path in ("data.redaction.k", "gates.holdout_fraction", "retraining"):
        assert path in told.out
    found = deployed.modelyard("model", "check", "--json", code=REFUSED).json["models"]
    assert len(found["diabetes"]) >= 3
    assert found["flight_delay"] == []


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (("predict", "diabetis", "--example"), 'Did you mean "diabetes"?'),
        (("train", "diabetes", "--env", "develop"), 'no environment "develop"'),
        (("deploy", "prdo"), 'Did you mean "prod"?'),
        (("promote", "diabetes", "--to", "dev"), "Nothing is promoted to dev"),
        (("waive", "diabetes", "--version", "99", "--env", "dev", "--reason", "r",
          "--expires", "2030-12-31"), '"99"'),
        (("rollback", "diabetes", "--env", "dev", "--reason", " "), "reason"),
        (("predict", "diabetes", "--env", "dev", "--request", "{"), "is not JSON"),
        (("status", "--target", "moon"), 'no target "moon"'),
        (("audit", "at", "yesterday"), "neither a date nor a moment"),
        (("sandbox", "logs", "awz"), 'Did you mean "aws"?'),
    ],
    ids=lambda each: " ".join(each[:3]) if isinstance(each, tuple) else "",
)  # fmt: skip
def test_a_name_that_does_not_exist_is_told_with_those_that_do(
    deployed: Checkout, typed: tuple[str, ...], told: str
) -> None:
    done = deployed.modelyard(*typed, code=None)
    assert done.code in {USAGE, REFUSED}, done.told
    assert told in done.err
    assert done.out == ""


def test_prod_takes_nothing_without_the_evidence_of_staging(first_version: Checkout) -> None:
    for command in (("promote", "diabetes", "--to", "prod"), ("approve", "diabetes")):
        told = first_version.modelyard(*command, code=REFUSED).err
        assert "has no " in told
        assert "staging" in told


def test_prod_takes_nothing_that_only_its_author_or_requester_approved(
    first_version: Checkout,
) -> None:
    release = release_known_to_staging(first_version)
    typed = ("--release", release["image_digest"])
    own = first_version.modelyard("approve", "diabetes", "--env", "prod", *typed, code=REFUSED)
    assert "ada is the release's author" in own.err
    without = first_version.modelyard("promote", "diabetes", "--to", "prod", *typed, code=REFUSED)
    assert "no approval for prod" in without.err
    first_version.modelyard("approve", "diabetes", "--env", "prod", *typed, profile="prod-grace")
    asked = first_version.modelyard(
        "promote", "diabetes", "--to", "prod", *typed, code=REFUSED, profile="prod-grace"
    )
    assert "grace is who requested the promotion" in asked.err


def release_known_to_staging(checkout: Checkout) -> dict[str, str]:
    """The first release of dev, with what staging would have left had it passed there.

    The way through staging takes a minute and is the story's own test; here it would only be
    the long way to a refusal.
    """
    dev, staging = (session(checkout, name).client("s3") for name in ("dev", "staging"))
    origin, target = bucket(dev, "artifacts"), bucket(staging, "artifacts")
    listed = dev.list_objects_v2(Bucket=origin, Prefix="releases/")["Contents"]
    first = min(listed, key=lambda each: each["LastModified"])["Key"]
    body = dev.get_object(Bucket=origin, Key=first)["Body"].read()
    release: dict[str, str] = json.loads(body)
    staging.put_object(Bucket=target, Key=first, Body=body)
    bare = release["image_digest"].removeprefix("sha256:")
    staging.put_object(
        Bucket=target,
        Key=f"evidence/diabetes/{bare}/staging.json",
        Body=json.dumps({"outcome": "passed", "environment": "staging"}).encode(),
    )
    return release


def test_of_two_promotions_at_once_one_is_told_who_is_at_it(first_version: Checkout) -> None:
    typed = ("promote", "diabetes", "--to", "staging", "--no-wait")
    with first_version.started(*typed) as one, first_version.started(*typed) as other:
        told = {each.returncode: shown for each in (one, other) if (shown := output_of(each))}
    assert sorted(told) == [0, REFUSED], told
    assert "is at it" in told[REFUSED]
    assert "Traceback" not in told[REFUSED]


def test_a_version_that_failed_its_gate_waits_for_a_waiver(
    first_version: Checkout, spoilt: Spoiler
) -> None:
    before = diabetes(first_version)["version"]
    spoilt.replace("models/diabetes/model.yaml", ("minimum: 55.0", "minimum: 1.0"))
    first_version.commit("Ask for more than anybody can give")
    first_version.modelyard("release", "build")
    spoilt.mend()
    first_version.commit("Ask for what can be given")
    parked = first_version.modelyard("train", "diabetes", "--env", "dev", code=REFUSED).err
    assert "modelyard waive diabetes --env dev --version" in parked
    assert diabetes(first_version)["version"] == before


def output_of(process: "subprocess.Popen[str]") -> str:
    """Everything a process showed until it ended."""
    return process.communicate(timeout=120)[0]
