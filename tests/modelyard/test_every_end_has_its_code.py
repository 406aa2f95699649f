"""However a command ends, its exit code and one message say what kind of end it was."""

from pathlib import Path

import pytest

from modelyard import activity, app
from modelyard.errors import ExitCode, NotUpError, RefusedError, YardError
from modelyard.translate import translated
from tests.modelyard.keyboard import type_


def test_what_needs_the_sandbox_says_how_to_start_it(
    checkout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    typed = type_(capsys, "status")
    assert typed.code == ExitCode.NOT_UP
    assert "modelyard sandbox up" in typed.err


def test_aws_refuses_an_emulators_address(
    checkout: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    typed = type_(capsys, "status", "--target", "aws")
    assert typed.code == ExitCode.USAGE
    assert "unset AWS_ENDPOINT_URL" in typed.err


def test_aws_refuses_another_account(aws: Path, capsys: pytest.CaptureFixture[str]) -> None:
    typed = type_(capsys, "status", "--env", "prod", "--target", "aws")
    assert typed.code == ExitCode.REFUSED
    assert "prod is account 333333333333, but your credentials are of 123456789012" in typed.err


def test_a_bug_of_ours_keeps_its_details_in_a_file(
    checkout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken() -> None:
        raise ZeroDivisionError("of ours")

    assert app.run(broken) == ExitCode.BROKEN
    shown = capsys.readouterr().err
    assert "Traceback" not in shown
    [log] = (checkout / ".modelyard" / "logs").glob("error-*.txt")
    assert str(log) in shown.replace("\n", "")
    assert "ZeroDivisionError" in log.read_text()


def _interrupt() -> None:
    raise KeyboardInterrupt


def test_an_interrupt_says_the_state_and_how_to_go_on(capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted() -> None:
        with activity.doing("a promotion", state="delivery goes on", resume="modelyard status"):
            raise KeyboardInterrupt

    assert app.run(interrupted) == ExitCode.INTERRUPTED
    shown = capsys.readouterr().err
    assert "interrupted during: a promotion" in shown
    assert "delivery goes on" in shown
    assert "modelyard status" in shown
    assert app.run(_interrupt) == ExitCode.INTERRUPTED
    assert "nothing was changed" in capsys.readouterr().err


def test_an_interrupt_inside_a_command_is_told_as_well(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # Typer catches Ctrl-C before we can: what it leaves of it is an exit code.
    monkeypatch.setattr("modelyard.catalogue.model_names", _interrupt)
    with pytest.raises(SystemExit) as left:
        app.main(["model", "list"])
    assert left.value.code == ExitCode.INTERRUPTED
    assert "interrupted; nothing was changed" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "code"), [(RefusedError("x"), 1), (NotUpError("x"), 3), (YardError("x"), 1)]
)
def test_exit_codes(error: YardError, code: int, capsys: pytest.CaptureFixture[str]) -> None:
    def raising() -> None:
        raise error

    assert app.run(raising) == code


def test_aws_errors_become_messages() -> None:
    from botocore.exceptions import ClientError, EndpointConnectionError

    denied = ClientError(
        {"Error": {"Code": "AccessDenied", "Message": "no"}}, operation_name="PutObject"
    )
    known = translated(denied)
    assert known is not None
    assert "AWS refused PutObject: AccessDenied: no" in known.message
    away = translated(EndpointConnectionError(endpoint_url="http://127.0.0.1:1"))
    assert away is not None
    assert away.code == ExitCode.NOT_UP
