"""What one module imported is loaded before the next one asks, in this sandbox and in the next."""

import subprocess
import time
from pathlib import Path

import pytest

from tests.tools.interpreters import PATIENCE_SECONDS, Place, serving

pytestmark = pytest.mark.process


def test_what_one_module_imported_is_loaded_for_the_next(prepared: Place) -> None:
    code = "import sys; print('jinja2' in sys.modules); import jinja2"
    assert prepared.run(code)[1] == "False\n"
    deadline = time.monotonic() + PATIENCE_SECONDS
    while prepared.run(code)[1] == "False\n":
        assert time.monotonic() < deadline, "jinja2 is imported by every module anew"


def test_what_was_imported_in_one_sandbox_is_loaded_for_the_next(
    prepared: Place, server: "subprocess.Popen[bytes]", tmp_path: Path
) -> None:
    prepared.run("import jinja2")
    memory = tmp_path / "cache" / "imports.json"
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not memory.exists() or '"jinja2"' not in memory.read_text():
        assert time.monotonic() < deadline, "what was imported is not remembered"
        time.sleep(0.05)
    with serving(tmp_path / "next", memory):
        prepared.environment["MODELYARD_SANDBOX_ROOT"] = str(tmp_path / "next")
        while prepared.run("import sys; print('jinja2' in sys.modules)")[1] == "False\n":
            assert time.monotonic() < deadline, "the next sandbox learns it anew"
