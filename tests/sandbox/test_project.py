"""The mirrored project follows the tracked files and never touches them."""

import dataclasses
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import yaml

from sandbox import Layout, Project, SandboxError
from sandbox.allotment import Allotment, allot
from sandbox.project import merge, regenerate
from sandbox.shim import absolute_paths, find_project, option
from tests.sandbox.conftest import ENVIRONMENTS


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    allotment: Allotment = allot(tmp_path, [each.name for each in ENVIRONMENTS])
    return Layout(tmp_path / ".state", ENVIRONMENTS, allotment)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    source = tmp_path / "checkout"
    source.mkdir()
    (source / "Pulumi.yaml").write_text(
        "name: tiny\nruntime: {name: python, options: {virtualenv: ../.venv}}\n"
        "config: {'pulumi:autonaming': {value: {pattern: x}}}\n"
    )
    (source / "Pulumi.dev.yaml").write_text(
        "secretsprovider: awskms://alias/real\nencryptedkey: abc\n"
        "config: {'tiny:live': {image: old, size: 1}}\n"
    )
    return Project(name="tiny", source=source, stack_files=source, extra=tmp_path / "overlay")


def stack(folder: Path) -> dict[str, object]:
    content: dict[str, object] = yaml.safe_load((folder / "Pulumi.dev.yaml").read_text())
    return content


def test_the_program_stays_in_the_checkout(layout: Layout, project: Project) -> None:
    folder = regenerate(layout, project)
    definition = yaml.safe_load((folder / "Pulumi.yaml").read_text())
    assert definition["main"] == str(project.source)
    assert definition["name"] == "tiny"
    assert definition["config"] == {"pulumi:autonaming": {"value": {"pattern": "x"}}}
    assert Path(definition["runtime"]["options"]["virtualenv"]).is_absolute()


def test_keys_of_the_real_clouds_secrets_stay_out(layout: Layout, project: Project) -> None:
    content = stack(regenerate(layout, project))
    assert "secretsprovider" not in content
    assert "encryptedkey" not in content


def test_the_overlay_wins_key_by_key(layout: Layout, project: Project) -> None:
    assert project.extra is not None
    project.extra.mkdir()
    overlay = project.extra / "dev.yaml"
    overlay.write_text("config: {'tiny:live': {image: new}}\n")
    live = {"tiny:live": {"image": "new", "size": 1}}
    assert stack(regenerate(layout, project))["config"] == live
    overlay.unlink()
    assert stack(regenerate(layout, project))["config"] == {
        "tiny:live": {"image": "old", "size": 1}
    }


def test_a_stack_file_that_is_gone_is_gone_here_too(layout: Layout, project: Project) -> None:
    folder = regenerate(layout, project)
    (project.source / "Pulumi.dev.yaml").unlink()
    regenerate(layout, project)
    assert not (folder / "Pulumi.dev.yaml").exists()


def test_an_unchanged_file_is_left_alone(layout: Layout, project: Project) -> None:
    file = regenerate(layout, project) / "Pulumi.dev.yaml"
    before = file.stat().st_mtime_ns, file.stat().st_ino
    regenerate(layout, project)
    assert (file.stat().st_mtime_ns, file.stat().st_ino) == before


@pytest.mark.parametrize("broken", ["a: [", "- just\n- a list\n"])
def test_a_broken_stack_file_is_named(layout: Layout, project: Project, broken: str) -> None:
    file = project.source / "Pulumi.dev.yaml"
    file.write_text(broken)
    with pytest.raises(SandboxError, match=str(file)):
        regenerate(layout, project)


def test_merge_replaces_lists_and_scalars_whole() -> None:
    assert merge({"a": [1, 2], "b": {"c": 1, "d": 2}}, {"a": [3], "b": {"c": None}}) == {
        "a": [3],
        "b": {"c": None, "d": 2},
    }


def test_the_nearest_project_above_the_caller_is_meant(tmp_path: Path, project: Project) -> None:
    inner = project.source / "releases"
    (inner / "deep").mkdir(parents=True)
    assert find_project([project], inner / "deep") == project
    (inner / "Pulumi.yaml").write_text("name: foreign\nruntime: python\n")
    assert find_project([project], inner / "deep") is None
    other = Project(name="foreign", source=inner, stack_files=inner)
    assert find_project([project, other], inner / "deep") == other
    assert find_project([project], tmp_path) is None


def test_file_options_hold_wherever_the_engine_is_sent() -> None:
    here = Path("/checkout/releases")
    given = ["up", "--policy-pack", "../policy", "--plan=p.json", "--stack", "dev", "--file", "-"]
    assert absolute_paths(given, here) == [
        "up",
        "--policy-pack",
        "/checkout/releases/../policy",
        "--plan=/checkout/releases/p.json",
        "--stack",
        "dev",
        "--file",
        "-",
    ]


@pytest.mark.parametrize(
    "given", [["up", "--stack", "dev"], ["up", "--stack=dev"], ["up", "-s", "dev"]]
)
def test_the_stack_is_understood_in_every_spelling(given: list[str]) -> None:
    assert option(given, "--stack", "-s") == "dev"
    assert option(["up"], "--stack", "-s") == ""


def test_commands_side_by_side_derive_the_project_without_tripping_each_other(
    layout: Layout, project: Project, tmp_path: Path
) -> None:
    projects = []
    for number in range(8):
        extra = tmp_path / f"extra{number}"
        extra.mkdir()
        # A text of its own each: equal ones are not written at all.
        (extra / "dev.yaml").write_text(f"config: {{'tiny:number': {number}}}\n")
        projects.append(dataclasses.replace(project, extra=extra))
    with ThreadPoolExecutor(max_workers=8) as pool:
        done = [pool.submit(regenerate, layout, each) for each in projects * 25]
    assert [each.exception() for each in done if each.exception()] == []
    folder = done[0].result()
    assert [each.name for each in folder.iterdir() if each.name.endswith(".new")] == []
