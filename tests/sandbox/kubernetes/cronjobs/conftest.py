"""An API server that knows CronJobs and Jobs, and a timeline that stands at the first of July."""

import pytest

from sandbox.kubernetes.api import Api
from sandbox.timeline.timeline import Timeline
from tests.sandbox.kubernetes.cronjobs.batch_api import ApiServer, july, timeline_of


@pytest.fixture
def server() -> ApiServer:
    return ApiServer()


@pytest.fixture
def timeline(api: Api) -> Timeline:
    made = timeline_of(api)
    made.move(july(1))
    return made
