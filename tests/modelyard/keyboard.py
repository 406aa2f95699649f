"""The command line as it is typed: arguments in; exit code, stdout and stderr out."""

from dataclasses import dataclass

import pytest

from modelyard import app


@dataclass(frozen=True, kw_only=True)
class Typed:
    """What came of a command."""

    code: int
    out: str
    err: str


def type_(capsys: pytest.CaptureFixture[str], *words: str) -> Typed:
    """Run a command line in this process, through the same door as the installed command."""
    with pytest.raises(SystemExit) as left:
        app.main([*words])
    captured = capsys.readouterr()
    return Typed(code=int(left.value.code or 0), out=captured.out, err=captured.err)
