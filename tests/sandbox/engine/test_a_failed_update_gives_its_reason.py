"""An update that fails gives its reason once, in the words of whoever caused it."""

from pathlib import Path

import pytest

from sandbox.engine import Engine, EngineError

pytestmark = pytest.mark.engine


@pytest.mark.usefixtures("nothing_made")
def test_a_failing_resource_is_named_with_its_reason_and_a_second_run_converges(
    engine: Engine, checkout: Path
) -> None:
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
