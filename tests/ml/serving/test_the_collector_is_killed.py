"""The collector's process is killed around each of its commits; every row is there once."""

from __future__ import annotations

import signal
import uuid
from dataclasses import replace

import pytest

from tests.ml.ended_at import Moment, ended_at
from tests.ml.serving.cloud import Cloud
from tests.ml.serving.fault_proxy import FaultProxy
from tests.ml.serving.lake import rows
from tests.ml.serving.shipping import Lake
from tests.ml.serving.test_collecting import command
from tests.recovery import Recovery

pytestmark = pytest.mark.process

MAKES_THE_TABLE, BRINGS_THE_ROWS = (f"_delta_log/{version:020}.json" for version in range(2))


def test_killed_around_each_commit_and_run_again_it_adds_every_row_once(
    cloud: Cloud, recovery: Recovery
) -> None:
    lake = Lake(cloud, f"model_{uuid.uuid4().hex}")
    for number in range(3):
        lake.ship(0, number)
    with FaultProxy(cloud.endpoint).running() as proxy:
        behind = replace(cloud, endpoint=proxy.url)

        def rows_after_being_killed(moment: Moment, commit: str) -> int:
            request = ("PUT", f"{lake.model}/{commit}")
            code, said = ended_at(proxy, moment, request, lambda: command(behind, "--once"))
            assert code == -signal.SIGKILL, said
            return rows(cloud, lake.model).height

        assert rows_after_being_killed("after", MAKES_THE_TABLE) == 0
        assert rows_after_being_killed("before", BRINGS_THE_ROWS) == 0
        assert rows_after_being_killed("after", BRINGS_THE_ROWS) == len(lake.expected)
        with recovery.within(60, "the collector's process killed around its commits"):
            again = command(behind, "--once")
            assert (again.communicate(timeout=60)[0].count("Traceback"), again.returncode) == (
                0,
                0,
            )
    lake.check()
