"""Who runs a step by hand learns what its exit code means."""

from __future__ import annotations

import pytest

from ml.__main__ import main
from ml.data.mirror import EXPOSED
from ml.failures import StepError
from ml.steps.ingest import REFUSED


@pytest.mark.parametrize(
    ("code", "told"),
    [
        (0, "done"),
        (2, "wrong use"),
        (StepError("").exit_code, "wrong data or state"),
        (REFUSED, "a batch was refused"),
        (EXPOSED, "nothing was published"),
        (128 + 15, "told to stop"),
    ],
)
def test_every_exit_code_is_in_the_usage(
    capsys: pytest.CaptureFixture[str], code: int, told: str
) -> None:
    assert main(["--help"]) == 0
    lines = [line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines()]
    assert told in dict(line for line in lines if len(line) == 2)[str(code)]
