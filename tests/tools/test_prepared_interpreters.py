"""A module runs the same in a prepared interpreter as in one started for it alone."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.tools.interpreters import Place
from tools.language_host.interpreter import SPAWN

pytestmark = pytest.mark.process
SEEN = """
import json, os, signal, sys
print(json.dumps({
    "arguments": sys.argv[1:], "name": __name__, "folder": os.getcwd(), "input": sys.stdin.read(),
    "file": sys.argv[0], "mine": os.environ.get("MINE"), "umask": os.umask(0), "path": sys.path,
    "handler": signal.getsignal(signal.SIGINT) is signal.default_int_handler,
}))
print("to the errors", file=sys.stderr)
"""


def test_a_module_sees_the_same_world(plain: Place, prepared: Place) -> None:
    status, out, error = prepared.run(SEEN, "--flag", "a b", given="hello")
    assert (status, out, error) == plain.run(SEEN, "--flag", "a b", given="hello")
    seen = json.loads(out)
    assert seen["arguments"] == ["--flag", "a b"]
    assert (seen["name"], seen["input"], seen["mine"]) == ("__main__", "hello", "7")
    assert error == "to the errors\n"


@pytest.mark.parametrize(
    "code",
    [
        "import sys; sys.exit(7)",
        "import sys; sys.exit('a reason')",
        "raise SystemExit",
        "import os; os._exit(5)",
        "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
        "import atexit; atexit.register(print, 'at the end')",
        "import threading, time; threading.Thread(target=lambda: print(time.sleep(0.2))).start()",
    ],
)
def test_a_module_ends_the_same_way(plain: Place, prepared: Place, code: str) -> None:
    assert prepared.run(code) == plain.run(code)


def test_an_error_is_shown_and_counts(prepared: Place) -> None:
    status, _, error = prepared.run("raise ValueError('what went wrong')")
    assert status == 1
    assert error.endswith("ValueError: what went wrong\n")


def test_an_edit_shows_in_the_next_run(prepared: Place) -> None:
    (prepared.folder / "beside.py").write_text("value = 'old'")
    assert prepared.run("import beside; print(beside.value)")[1] == "old\n"
    (prepared.folder / "beside.py").write_text("value = 'quite new'")
    assert prepared.run("import beside; print(beside.value)")[1] == "quite new\n"


def test_another_interpreter_is_not_served(prepared: Place, plain: Place) -> None:
    other = Path(sys.base_prefix) / "bin" / f"python3.{sys.version_info.minor}"
    code = "import sys; print('pulumi' in sys.modules)"
    (prepared.folder / "module_of_a_test.py").write_text(code)
    done = subprocess.run(
        [str(other), *SPAWN[1:], "module_of_a_test"],
        cwd=prepared.folder,
        env={**prepared.environment, "PYTHONPATH": str(prepared.folder)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "False\n"


def test_a_server_that_died_is_not_missed(
    prepared: Place, plain: Place, server: "subprocess.Popen[bytes]"
) -> None:
    server.kill()
    server.wait()
    assert prepared.run(SEEN) == plain.run(SEEN)
