"""What holds for every session: nothing is skipped in CI, and no process outlives it."""

import os
import re
import signal
import sys
from pathlib import Path

import pytest
from hypothesis import settings
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from tests.ports import keep_apart
from tests.recovery import Recovery, Told

# Read when scikit-learn's library loads, which is below. Many short fits on shared cores: threads
# would mostly burn their time slices waiting for one another.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

ONE_WORKER = ("tests/acceptance/", "tests/ml/serving/by_key/")
"""Folders whose tests share what takes long to make: a sandbox, a server with its tables."""

pytest_plugins = ["pytester"]
# Nothing is timed here: on a machine with other work to do an example takes as long as it takes.
settings.register_profile(
    "untimed", settings.get_profile("ci" if os.environ.get("CI") else "default"), deadline=None
)
settings.load_profile("untimed")


def pytest_configure(config: pytest.Config) -> None:
    """End as after Ctrl-C when told to end: the fixtures stop what they started."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if config.getoption("numprocesses", None) and not hasattr(config, "workerinput"):
        return  # its workers collect the tests
    keep_apart(config)
    # Before pulumi_aws, which loads its 2,900 parts when they are asked for: this one asks every
    # module that is loaded for its names (eleven seconds in each worker).
    import skops.io  # noqa: F401


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Not even import a file all of whose tests are left out: half of collecting is imports."""
    asked = config.getoption("markexpr")
    if collection_path.suffix != ".py" or not re.fullmatch(r"not \w+( and not \w+)*", asked):
        return None
    found = re.search(r"^pytestmark = (\[.*?\]|.*?$)", collection_path.read_text(), re.M | re.S)
    marks = set(re.findall(r"pytest\.mark\.(\w+)", found[1])) if found else set()
    return True if marks & set(re.findall(r"not (\w+)", asked)) else None


@pytest.fixture(autouse=True)
def own_caller() -> None:
    """Each test may be another caller of AWS; a process that is run is one all its life."""
    if "ml.data.own_session" in sys.modules:
        sys.modules["ml.data.own_session"].own_session.cache_clear()


class ByFile(LoadScopeScheduling):
    """A worker gets whole files, and all those of a folder whose tests share something dear.

    The acceptance tests take as long as all others together: their story begins with the run,
    and the other workers do the rest meanwhile.
    """

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return next((folder for folder in ONE_WORKER if file.startswith(folder)), file)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByFile:
    """Say how the tests are dealt out where there are workers."""
    return ByFile(config, log)


@pytest.fixture
def recovery(record_property: Told) -> Recovery:
    """Measures how long a fault lasts."""
    return Recovery(record_property)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail with the list, for what was not run proves nothing; elsewhere the summary tells why."""
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
