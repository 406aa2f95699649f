"""Promise: a container's command that is a copy of a warm interpreter is like one started anew."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from sandbox.containers import Container, Mount
from sandbox.containers.process import Process
from tests.sandbox.containers.conftest import Place
from tests.sandbox.containers.warm.commands import Broker, is_copy, said, start, until

pytestmark = pytest.mark.process


def both(place: Place, image: str, module: str, **options: Any) -> tuple[Process, Process]:
    """The same container as a copy, and started anew: a writable root is nobody else's."""
    copy = start(place, image, module, **options)
    anew = start(place, image, module, **options, read_only_root=False)
    assert is_copy(copy)
    assert not is_copy(anew)
    return copy, anew


def test_it_sees_what_a_command_started_anew_sees(
    place: Place, python_image: str, broker: Broker, tmp_path: Path
) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    (shared / "word").write_text("mounted")
    options: dict[str, Any] = {
        "env": {"MINE": "a b", "AWS_REGION": "eu-west-1"},
        "mounts": [Mount(source=shared, target="/run/deep", read_only=True)],
        "temporary": ["/tmp"],
        "groups": (2000, 3000),
        "workdir": "/run/deep",
    }
    copy, anew = both(place, python_image, "seen", **options)
    first, second = (json.loads(said(each).splitlines()[0]) for each in (copy, anew))
    # A shell that starts a command in the background hides the keyboard from it, and leaves word
    # of where it looks for programs and where it is; a copy comes from no shell.
    assert (first.pop("handler"), second.pop("handler")) == (True, False)
    for seen in (first, second):
        for name in ("PATH", "PWD", "OLDPWD"):
            seen["variables"].pop(name, None)
        seen["said of variables"] = [
            each
            for each in seen["said of variables"]
            if each.partition("=")[0] in ("MINE", "HOME")
        ]
    # And what it is about: one has a root that is its own alone.
    del second["writes"]
    assert first.pop("writes") == ["Read-only file system"] * 3 + ["yes", "yes"]
    assert first == second
    assert first["said of variables"] == ["HOME=/", "MINE=a b"]
    assert first["variables"]["MINE"] == "a b"
    assert first["pid"] == 1


def test_what_the_first_imported_is_loaded_for_the_next(
    place: Place, python_image: str, broker: Broker
) -> None:
    assert said(start(place, python_image, "loaded")) == "\n"
    # Its packages alone: what loads them has more rights than the image's own code.
    until(lambda: said(start(place, python_image, "loaded")) == "known\n")


def test_a_variable_that_a_module_set_as_it_was_loaded_is_there(
    place: Place, python_image: str, broker: Broker
) -> None:
    test_what_the_first_imported_is_loaded_for_the_next(place, python_image, broker)
    seen = json.loads(said(start(place, python_image, "seen")).splitlines()[0])
    assert seen["variables"]["KNOWN_SETS"] == "by itself"
    seen = json.loads(
        said(start(place, python_image, "seen", env={"KNOWN_SETS": "mine"})).splitlines()[0]
    )
    assert seen["variables"]["KNOWN_SETS"] == "mine"


@pytest.mark.parametrize(
    "how", ["succeeds", "fails", "says why", "overflows", "raises", "is interrupted"]
)
def test_it_ends_as_one_started_anew(
    place: Place, python_image: str, broker: Broker, how: str
) -> None:
    argv = ["python", "-m", "ends", how]
    ends = []
    for writable in (False, True):
        container = Container(
            layout=place, image=python_image, argv=argv, read_only_root=not writable
        )
        process = container.start(subprocess.PIPE, subprocess.PIPE)
        assert is_copy(process) is not writable
        output = said(process)
        assert process.stderr is not None
        with process.stderr as stderr:
            last = stderr.read().splitlines()[-1:]
        ends.append((output, last, process.wait(60)))
    assert ends[0] == ends[1]
    assert "thread\nat exit\n" in ends[0][0]


@pytest.mark.parametrize(
    "options",
    [
        pytest.param({"env": {"OMP_NUM_THREADS": "1"}}, id="a library reads it once"),
        pytest.param({"env": {"PYTHONHASHSEED": "1"}}, id="the interpreter reads it once"),
        pytest.param({"read_only_root": False}, id="it may write to its root"),
    ],
)
def test_what_a_copy_cannot_be_starts_anew(
    place: Place, python_image: str, broker: Broker, options: dict[str, Any]
) -> None:
    process = start(place, python_image, "loaded", **options)
    assert not is_copy(process)
    assert said(process) == "\n"


def test_without_a_broker_it_starts_anew(place: Place, python_image: str) -> None:
    process = start(place, python_image, "loaded")
    assert not is_copy(process)
    assert said(process) == "\n"
