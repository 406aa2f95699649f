"""CronJobs of every cluster, started by the sandbox's clock while it is set."""

import datetime
from collections.abc import Callable
from functools import partial
from typing import Any

from sandbox.kubernetes.access import access_of
from sandbox.kubernetes.api import Api, ApiError
from sandbox.kubernetes.scheduled_job import start_job
from sandbox.layout import Layout
from sandbox.timeline.cron import ExpressionError, moments, zone
from sandbox.timeline.due import Due, Outcome

KIND = "CronJob"
_ALL = "/apis/batch/v1/cronjobs"

Object = dict[str, Any]


def clusters_of(layout: Layout) -> dict[str, Api]:
    """Return the API servers of the environments that have one."""
    configs = {
        each.name: access_of(layout.environment(each.name)).kubeconfig("admin")
        for each in layout.environments
    }
    return {name: Api.of(config) for name, config in configs.items() if config.exists()}


class CronJobs:
    """What the CronJob controller does by the machine's time, this does by a clock that was set.

    Every due time fires, each once and in order: a replay of half a year by weeks is not an
    outage of which only the last run is made up for. So nothing is ever late, and
    `startingDeadlineSeconds` has nothing to forbid.
    """

    by_wall = False

    def __init__(self, clusters: Callable[[], dict[str, Api]]) -> None:
        self._clusters = clusters

    def due(
        self, after: datetime.datetime, until: datetime.datetime, problems: list[str]
    ) -> list[Due]:
        """Return the runs of every CronJob that is not suspended."""
        found: list[Due] = []
        for environment, api in self._clusters().items():
            try:
                items = api.call("GET", _ALL, timeout=10.0)["items"]
            except ApiError as error:
                problems.append(f"CronJobs of {environment}: {error.message}")
                continue
            for each in items:
                if not each["spec"].get("suspend"):
                    found += _runs(environment, api, each, after, until, problems)
        return found


def _runs(
    environment: str,
    api: Api,
    cronjob: Object,
    after: datetime.datetime,
    until: datetime.datetime,
    problems: list[str],
) -> list[Due]:
    spec, name = cronjob["spec"], _name(cronjob)
    try:
        place = zone(spec.get("timeZone") or "UTC")
        times = list(moments(spec["schedule"], place, after, until, twice=True))
    except ExpressionError as error:
        problems.append(f"{KIND} {environment}/{name}: {error}")
        return []
    return [
        Due(
            at=moment,
            kind=KIND,
            environment=environment,
            name=name,
            fire=partial(_fire, api, cronjob, moment, place),
        )
        for moment in times
    ]


def _fire(
    api: Api, cronjob: Object, moment: datetime.datetime, place: datetime.tzinfo
) -> list[Outcome]:
    try:
        return [start_job(api, cronjob, moment.astimezone(place))]
    except ApiError as error:
        return [Outcome(target=_name(cronjob), result="failed", detail=error.message)]


def _name(cronjob: Object) -> str:
    return f"{cronjob['metadata']['namespace']}/{cronjob['metadata']['name']}"
