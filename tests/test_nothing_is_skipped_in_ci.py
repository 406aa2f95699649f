"""In CI a skipped test fails the session; elsewhere it is reported as not run, with its reason."""

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LEFT_OUT = """
import pytest

@pytest.mark.skipif(True, reason="no browser here")
def test_in_a_browser(): ...

def test_that_runs(): ...
"""
MODULE = """
import pytest

pytest.skip("not on this machine", allow_module_level=True)
"""


@pytest.fixture
def suite(pytester: pytest.Pytester) -> pytest.Pytester:
    """A suite under this project's own conftest."""
    conftest = (ROOT / "tests" / "conftest.py").read_text()
    pytester.makeconftest(conftest.replace('pytest_plugins = ["pytester"]', ""))
    return pytester


@pytest.mark.parametrize(
    ("content", "reason"), [(LEFT_OUT, "no browser here"), (MODULE, "not on this machine")]
)
def test_a_skip_fails_the_session_in_ci(
    suite: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, content: str, reason: str
) -> None:
    monkeypatch.setenv("CI", "true")
    suite.makepyfile(content)
    result = suite.runpytest_inprocess()
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["*Nothing may be skipped in CI*", f"*{reason}"])


def test_elsewhere_the_reason_is_told(
    suite: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CI", raising=False)
    suite.makepyfile(LEFT_OUT)
    result = suite.runpytest_inprocess("-rs")
    assert result.ret == pytest.ExitCode.OK
    result.stdout.fnmatch_lines(["SKIPPED*no browser here"])


def test_a_suite_that_ran_whole_passes_in_ci(
    suite: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI", "true")
    suite.makepyfile("def test_that_runs(): ...")
    assert suite.runpytest_inprocess().ret == pytest.ExitCode.OK


def test_ci_says_that_it_is_ci_before_it_runs_a_test() -> None:
    lines = (ROOT / ".ci" / "run").read_text().splitlines()
    first = next(n for n, line in enumerate(lines) if "make test" in line and "#" not in line[:1])
    assert "export CI=true" in lines[:first]
