"""In the sandbox, plain `pulumi` runs the checkout's program with the real engine."""

import json
import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

import tools
from sandbox import Project, Sandbox
from sandbox.checkpoint import outputs
from sandbox.engine import Engine, EngineError
from tests.sandbox.conftest import ENVIRONMENTS
from tests.sandbox.test_lifecycle import eventually

pytestmark = pytest.mark.engine

PROGRAM = """
import pulumi
from words import WORD

class Thing(pulumi.CustomResource):
    def __init__(self, name, word):
        super().__init__("aws:tiny:Thing", name, {"word": word})

Thing("first", WORD)
Thing("second", pulumi.Config().require("word"))
pulumi.export("word", pulumi.Config().require("word"))
pulumi.export("secret", pulumi.Output.secret("hush"))
"""
POLICY = """
from pulumi_policy import EnforcementLevel, PolicyPack, ResourceValidationPolicy

def polite(args, report):
    if args.props.get("word") == "rude":
        report("mind your words")

PolicyPack("manners", policies=[ResourceValidationPolicy(
    name="polite", description="Words are polite.",
    enforcement_level=EnforcementLevel.MANDATORY, validate=polite)])
"""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Sandbox, Path]]:
    """A checkout with a tiny program, and a sandbox around it."""
    checkout = tmp_path_factory.mktemp("checkout")
    (checkout / "policy").mkdir()
    (checkout / "policy" / "PulumiPolicy.yaml").write_text("runtime: python\n")
    (checkout / "policy" / "__main__.py").write_text(POLICY)
    (checkout / "Pulumi.yaml").write_text(
        "name: tiny\nruntime: {name: python, options: {virtualenv: .venv}}\n"
    )
    (checkout / "__main__.py").write_text(PROGRAM)
    (checkout / "words.py").write_text("WORD = 'one'\n")
    for environment in ("dev", "prod"):
        (checkout / f"Pulumi.{environment}.yaml").write_text("config: {'tiny:word': two}\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", f"{tools.ensure(['pulumi'])}{os.pathsep}{os.environ['PATH']}")
        # The tools' cache is the user's; the slots' is ours, like in every test beside this one.
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        overlay = checkout / "overlay"
        project = Project(name="tiny", source=checkout, stack_files=checkout, extra=overlay)
        sandbox = Sandbox(
            checkout / ".state", ENVIRONMENTS, [project], parts="tests.sandbox.trivial:provider"
        )
        sandbox.up()
        yield sandbox, checkout
        sandbox.reset()


@pytest.fixture
def checkout(world: tuple[Sandbox, Path]) -> Iterator[Path]:
    """The checkout, with its tracked files as they were afterwards."""
    _, folder = world
    before = {file: file.read_bytes() for file in folder.glob("*.*") if file.is_file()}
    yield folder
    for file, content in before.items():
        file.write_bytes(content)
    shutil.rmtree(folder / "overlay", ignore_errors=True)


@pytest.fixture
def engine(world: tuple[Sandbox, Path], checkout: Path) -> Engine:
    sandbox, _ = world
    return Engine({**os.environ, **sandbox.environ()}, checkout)


@pytest.fixture
def shell(world: tuple[Sandbox, Path]) -> Callable[..., "subprocess.CompletedProcess[str]"]:
    sandbox, folder = world

    def run(*words: str, cwd: Path = folder) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            ["pulumi", *words],
            cwd=cwd,
            env={**os.environ, **sandbox.environ()},
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def test_up_twice_changes_nothing_the_second_time_and_destroy_leaves_nothing(
    engine: Engine,
) -> None:
    assert engine.up("dev").operations == {"create": 3}
    assert engine.up("dev").changed == 0
    assert engine.refresh("dev").changed == 0
    assert engine.outputs("dev") == {"word": "two", "secret": "hush"}
    engine.destroy("dev")
    assert engine.export("dev")["deployment"].get("resources", []) == []


def test_outputs_without_a_secret_are_those_that_the_engine_tells(
    world: tuple[Sandbox, Path],
    engine: Engine,
    checkout: Path,
    shell: Callable[..., "subprocess.CompletedProcess[str]"],
) -> None:
    (checkout / "__main__.py").write_text(PROGRAM.replace('Output.secret("hush")', "get_stack()"))
    engine.up("dev")
    kept = outputs(world[0].environ(), checkout, "dev")
    assert kept == {"word": "two", "secret": "dev"}
    assert kept == json.loads(shell("stack", "output", "--json", "--stack", "dev").stdout)


def test_debug_messages_of_the_program_are_sent_where_somebody_reads_them(
    shell: Callable[..., "subprocess.CompletedProcess[str]"], tmp_path: Path
) -> None:
    """Otherwise the program would wait for the engine five times for each resource."""
    events = tmp_path / "events"
    preview = ("preview", "--stack", "dev", "--non-interactive", "--event-log", str(events))
    shell(*preview)
    assert "resource" in events.read_text()
    assert '"severity":"debug"' not in events.read_text()
    shell(*preview, "--debug")
    assert '"severity":"debug"' in events.read_text()
    assert "registering resource: ty=aws:tiny:Thing" in events.read_text()


def test_an_edit_of_code_stack_file_or_overlay_shows_in_the_next_preview(
    engine: Engine, checkout: Path
) -> None:
    engine.up("dev")
    (checkout / "words.py").write_text("WORD = 'edited'\n")
    assert engine.preview("dev").operations["update"] == 1
    (checkout / "Pulumi.dev.yaml").write_text("config: {'tiny:word': edited}\n")
    assert engine.preview("dev").operations["update"] == 2
    (checkout / "words.py").write_text("WORD = 'one'\n")
    (checkout / "Pulumi.dev.yaml").write_text("config: {'tiny:word': two}\n")
    assert engine.preview("dev").changed == 0
    (checkout / "overlay").mkdir()
    (checkout / "overlay" / "dev.yaml").write_text("config: {'tiny:word': overlaid}\n")
    assert engine.preview("dev").operations["update"] == 1


def test_the_shell_needs_no_set_up_and_tracked_files_stay_as_they_are(
    shell: Callable[..., "subprocess.CompletedProcess[str]"], checkout: Path
) -> None:
    before = {file.name: file.read_bytes() for file in checkout.glob("Pulumi*.yaml")}
    done = shell("preview", "--stack", "prod", "--non-interactive")
    assert done.returncode == 0, done.stderr
    assert "warning" not in done.stdout
    assert {file.name: file.read_bytes() for file in checkout.glob("Pulumi*.yaml")} == before


def test_a_misspelt_stack_is_not_made(
    shell: Callable[..., "subprocess.CompletedProcess[str]"],
) -> None:
    done = shell("preview", "--stack", "prdo", "--non-interactive")
    assert done.returncode != 0
    assert "no stack named 'prdo'" in done.stderr


def test_config_is_not_set_behind_the_tracked_file(
    shell: Callable[..., "subprocess.CompletedProcess[str]"],
) -> None:
    done = shell("config", "set", "word", "x", "--stack", "dev")
    assert done.returncode == 3
    assert "Edit Pulumi.<environment>.yaml" in done.stderr


def test_a_policy_pack_named_from_the_shell_stops_a_bad_plan(
    shell: Callable[..., "subprocess.CompletedProcess[str]"], checkout: Path
) -> None:
    arguments = ("preview", "--stack", "dev", "--non-interactive", "--policy-pack", "policy")
    done = shell(*arguments)
    assert done.returncode == 0, done.stdout + done.stderr
    (checkout / "words.py").write_text("WORD = 'rude'\n")
    done = shell(*arguments)
    assert done.returncode != 0
    assert "mind your words" in done.stdout


def test_a_failing_resource_is_named_with_its_reason_and_a_second_run_converges(
    engine: Engine, checkout: Path
) -> None:
    engine.destroy("dev")
    (checkout / "words.py").write_text("WORD = 'bad'\n")
    with pytest.raises(EngineError) as failed:
        engine.up("dev")
    assert "aws:tiny:Thing first: " in failed.value.message
    assert "this word is not for sale" in failed.value.message
    assert "Traceback" not in failed.value.message
    (checkout / "words.py").write_text("WORD = 'good'\n")
    engine.up("dev")
    assert engine.preview("dev").changed == 0


def test_a_policy_violation_is_the_reason_of_the_error(engine: Engine, checkout: Path) -> None:
    (checkout / "words.py").write_text("WORD = 'rude'\n")
    with pytest.raises(EngineError, match="mind your words"):
        engine.preview("dev", policy_pack=checkout / "policy")


@pytest.mark.parametrize(
    ("mistake", "told"),
    [
        ("import pulumi; raise pulumi.RunError('cidr_block overlaps')", "cidr_block overlaps"),
        ("1 / 0", "ZeroDivisionError"),
        ("import sys; sys.exit(7)", "exit code 7"),
    ],
)
def test_a_mistake_in_the_program_is_told_once_and_without_frames_of_the_host(
    engine: Engine, checkout: Path, mistake: str, told: str
) -> None:
    (checkout / "__main__.py").write_text(mistake)
    with pytest.raises(EngineError) as failed:
        engine.preview("dev")
    assert failed.value.message.count(told) == 1
    assert "language_host" not in failed.value.message


def test_what_the_program_said_itself_is_not_followed_by_a_second_complaint(
    engine: Engine, checkout: Path
) -> None:
    (checkout / "__main__.py").write_text("import pulumi; raise pulumi.RunError('too small')")
    with pytest.raises(EngineError) as failed:
        engine.preview("dev")
    told, reason = failed.value.message.splitlines()
    assert told == "`pulumi preview` of dev failed:"
    assert reason.endswith("too small")


def test_a_provider_that_lost_its_memory_stops_the_shell(
    world: tuple[Sandbox, Path], engine: Engine
) -> None:
    sandbox, _ = world
    engine.up("dev")
    boot = sandbox.root / "pulumi" / "boot"
    known = boot.read_text()
    boot.write_text("another")
    try:
        environment = {**os.environ, "PATH": f"{sandbox.root / 'bin'}:{os.environ['PATH']}"}
        done = subprocess.run(
            ["pulumi", "preview", "--stack", "dev"],
            cwd=sandbox.root.parent,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
    finally:
        boot.write_text(known)
    assert done.returncode == 3
    assert "modelyard sandbox reset" in done.stderr


def test_ctrl_c_ends_a_program_quietly_and_leaves_no_process(
    world: tuple[Sandbox, Path], checkout: Path
) -> None:
    sandbox, _ = world
    started = checkout / "started"
    (checkout / "__main__.py").write_text(
        "import os, pathlib, time\n"
        f"pathlib.Path({str(started)!r}).write_text(str(os.getpid()))\n"
        "time.sleep(600)\n"
    )
    process = subprocess.Popen(
        ["pulumi", "preview", "--stack", "dev", "--non-interactive"],
        cwd=checkout,
        env={**os.environ, **sandbox.environ()},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        assert eventually(started.exists, seconds=90)
        # As a terminal does: every process of the group gets it.
        os.killpg(process.pid, signal.SIGINT)
        shown, _ = process.communicate(timeout=60)
    finally:
        process.kill()
        process.communicate()
    assert process.returncode != 0
    assert "preview canceled" in shown
    assert "Traceback" not in shown
    program = int(started.read_text())
    started.unlink()
    assert eventually(lambda: not psutil.pid_exists(program))
