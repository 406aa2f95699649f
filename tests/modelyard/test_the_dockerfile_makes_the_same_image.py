"""The Dockerfile makes of the same files the image that runs in the sandbox."""

import json
import shlex
from pathlib import Path

import pytest

from modelyard.source import IN_THE_IMAGE
from sandbox.containers import dependencies
from sandbox.containers.build import python_config

DOCKERFILE = Path(__file__).resolve().parents[2] / "images" / "workload" / "Dockerfile"


@pytest.fixture(scope="module")
def stages() -> list[list[tuple[str, str]]]:
    """The instructions of each stage."""
    lines = [line for line in DOCKERFILE.read_text().splitlines() if not line.startswith("#")]
    whole = "\n".join(lines).replace("\\\n", " ")
    split = [line.partition(" ") for line in whole.splitlines() if line.strip()]
    found: list[list[tuple[str, str]]] = []
    for word, _, rest in split:
        if word == "FROM":
            found.append([])
        found[-1].append((word, rest.strip()))
    return found


def given(stage: list[tuple[str, str]], word: str) -> list[str]:
    return [rest for each, rest in stage if each == word]


def test_it_copies_what_a_release_is_made_of_and_nothing_else(
    stages: list[list[tuple[str, str]]],
) -> None:
    copies = [shlex.split(each) for stage in stages for each in given(stage, "COPY")]
    ours = {tuple(each) for each in copies if not each[0].startswith("--from")}
    assert {source for source, _ in ours} == set(IN_THE_IMAGE)
    assert {("ml", "/app/ml"), ("models", "/app/models")} <= ours


def test_it_starts_as_the_same_user_with_the_same_command(
    stages: list[list[tuple[str, str]]],
) -> None:
    same, last = python_config(), stages[-1]
    assert json.loads(given(last, "ENTRYPOINT")[0]) == list(same.entrypoint)
    assert given(last, "USER") == [str(same.user)]
    assert given(last, "WORKDIR") == [same.workdir]


def test_python_finds_the_same_code_and_packages_and_behaves_the_same(
    stages: list[list[tuple[str, str]]],
) -> None:
    last = stages[-1]
    settings = dict(
        pair.split("=", 1) for each in given(last, "ENV") for pair in shlex.split(each)
    )
    # Where the interpreter lies is the base image's own business.
    same = {k: v for k, v in python_config().env.items() if k not in {"PATH", "LD_LIBRARY_PATH"}}
    assert settings == same
    [packages] = [each for each in given(last, "COPY") if each.startswith("--from=packages")]
    assert packages.split()[1:] == [dependencies.PLACE, dependencies.PLACE]


def test_the_packages_are_those_of_the_lock_by_hash(
    stages: list[list[tuple[str, str]]],
) -> None:
    [install] = given(stages[0], "RUN")
    assert "--require-hashes" in install
    assert "--no-deps" in install
    assert f"--target {dependencies.PLACE}" in install
