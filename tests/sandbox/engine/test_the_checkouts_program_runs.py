"""The real engine runs the program as the checkout has it now, and tells what came of it."""

import json
from pathlib import Path

import pytest

from sandbox import Sandbox
from sandbox.checkpoint import outputs
from sandbox.engine import Engine
from tests.sandbox.engine.tiny_checkout import PROGRAM, Shell

pytestmark = pytest.mark.engine


@pytest.mark.usefixtures("nothing_made")
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
    shell: Shell,
) -> None:
    (checkout / "__main__.py").write_text(PROGRAM.replace('Output.secret("hush")', "get_stack()"))
    engine.up("dev")
    kept = outputs(world[0].environ(), checkout, "dev")
    assert kept == {"word": "two", "secret": "dev"}
    assert kept == json.loads(shell("stack", "output", "--json", "--stack", "dev").stdout)


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


def test_debug_messages_of_the_program_are_sent_where_somebody_reads_them(
    shell: Shell, tmp_path: Path
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
