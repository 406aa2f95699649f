"""A release line remembers the way back, survives a crash, and leaves comments where they were."""

from pathlib import Path

import pytest

from modelyard.errors import RefusedError, UsageError
from modelyard.live.releases import ReleaseLines
from modelyard.live.rollback import roll_back
from modelyard.place import Place
from tests.modelyard import world

ONE = {"version": "1", "image": "sha256:1", "package": "s3://p/1", "digest": "sha256:p1"}
TWO = {"version": "2", "image": "sha256:2", "package": "s3://p/2", "digest": "sha256:p2"}


@pytest.fixture
def lines(tmp_path: Path) -> ReleaseLines:
    return ReleaseLines(environment="prod", path=tmp_path / "prod.yaml")


def test_before_the_first_release_there_is_none(lines: ReleaseLines) -> None:
    assert lines.live("m") is None
    assert lines.runtime_image == ""
    with pytest.raises(RefusedError, match="no previous version"):
        lines.back("m")


def test_back_restores_image_and_package(lines: ReleaseLines) -> None:
    lines.put("m", ONE)
    lines.put("m", TWO)
    assert lines.live("m") == TWO
    assert lines.back("m") == ONE
    assert lines.live("m") == ONE
    with pytest.raises(RefusedError, match="no previous version"):
        lines.back("m")


def test_the_same_line_twice_is_one_step(lines: ReleaseLines) -> None:
    lines.put("m", ONE)
    lines.put("m", TWO)
    lines.put("m", TWO)
    assert lines.history("m") == [ONE]


def test_a_crash_between_the_two_writes_leaves_no_false_way_back(lines: ReleaseLines) -> None:
    lines.put("m", ONE)
    # What `put` leaves when it dies after the history and before the line.
    (lines.path.parent / "history.prod.yaml").write_text(
        "m:\n- {version: '1', image: 'sha256:1', package: 's3://p/1', digest: 'sha256:p1'}\n"
    )
    with pytest.raises(RefusedError, match="no previous version"):
        lines.back("m")


def test_models_do_not_disturb_each_other(lines: ReleaseLines) -> None:
    lines.put("m", ONE)
    lines.put("n", TWO)
    lines.withdraw("n")
    assert lines.live("n") is None
    assert lines.live("m") == ONE


def test_on_aws_the_tracked_file_is_edited_in_place(tmp_path: Path) -> None:
    tracked = tmp_path / "releases" / "Pulumi.prod.yaml"
    tracked.parent.mkdir()
    tracked.write_text(
        "config:\n  modelyard-releases:releases:\n    environment: prod\n"
        "    sample_fraction: 1.0 # all of it\n    live: {}\n"
    )
    place = Place(name="prod", account="3", region="eu-west-1", root=tmp_path, in_sandbox=False)
    lines = ReleaseLines.of(place)
    lines.set_runtime_image("sha256:0")
    lines.put("m", ONE)
    text = tracked.read_text()
    assert "# all of it" in text
    assert lines.live("m") == ONE
    assert lines.runtime_image == "sha256:0"


def test_a_broken_file_is_named(lines: ReleaseLines) -> None:
    lines.path.write_text("live: [")
    with pytest.raises(UsageError, match=r"prod\.yaml is not YAML"):
        lines.live("m")


def test_rollback_needs_a_reason_and_a_way_back(prod: Place) -> None:
    with pytest.raises(UsageError, match="needs a reason"):
        roll_back(prod, world.MODEL, " ", lambda message: None)
    with pytest.raises(RefusedError, match="no version was ever live"):
        roll_back(prod, world.MODEL, "r", lambda message: None)
    ReleaseLines.of(prod).put(world.MODEL, ONE)
    with pytest.raises(RefusedError, match="only version 1 was ever live"):
        roll_back(prod, world.MODEL, "r", lambda message: None)


def test_rollback_is_recorded_once_the_old_version_answers(prod: Place) -> None:
    from modelyard.delivery.history import log

    lines = ReleaseLines.of(prod)
    lines.put(world.MODEL, ONE)
    lines.put(world.MODEL, TWO)
    deployed: list[str] = []

    def deploy(place: Place, report: object) -> None:
        live = ReleaseLines.of(place).live(world.MODEL)
        deployed.append(live["version"] if live else "none")

    done = roll_back(
        prod,
        world.MODEL,
        "too many alarms",
        lambda message: None,
        deploy=deploy,
        served=lambda place, model: deployed[-1],
        check=lambda place, model, line: None,
    )
    assert (done.from_version, done.to_version, done.image) == ("2", "1", "sha256:1")
    [entry] = log(prod)
    assert entry["kind"] == "rolled_back"
    assert entry["version"] == "1"
    assert entry["reason"] == "too many alarms"
    assert entry["actor"].endswith("/ada")


def test_a_rollback_that_the_engine_refuses_changes_no_line(prod: Place) -> None:
    lines = ReleaseLines.of(prod)
    lines.put(world.MODEL, ONE)
    lines.put(world.MODEL, TWO)

    def deploy(place: Place, report: object) -> None:
        raise RefusedError("the stack is locked")

    with pytest.raises(RefusedError, match="locked"):
        roll_back(
            prod,
            world.MODEL,
            "r",
            lambda message: None,
            deploy=deploy,
            check=lambda place, model, line: None,
        )
    assert lines.live(world.MODEL) == TWO
    assert lines.history(world.MODEL) == [ONE]
