"""A test that was not run proves nothing: in CI each one fails the session."""

import os

import pytest

from tests.recovery import Recovery, Told

pytest_plugins = ["pytester"]


@pytest.fixture
def recovery(record_property: Told) -> Recovery:
    """Measures how long a fault lasts."""
    return Recovery(record_property)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail with the list; elsewhere the summary tells what was not run and why."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", []) if reporter is not None else []
    if not skipped or not os.environ.get("CI"):
        return
    reporter.ensure_newline()
    reporter.write_line("Nothing may be skipped in CI (the variable CI is set):", red=True)
    for report in skipped:
        _, _, reason = report.longrepr if isinstance(report.longrepr, tuple) else ("", 0, "")
        reporter.write_line(f"  {report.nodeid}: {reason}", red=True)
    session.exitstatus = pytest.ExitCode.TESTS_FAILED
