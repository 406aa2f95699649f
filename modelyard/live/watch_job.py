"""The Job that watches a model's weeks: does it run, and how it is started by hand."""

import time
from typing import Any

from modelyard.catalogue import kebab
from modelyard.errors import RefusedError
from modelyard.live.cluster import api_client
from modelyard.place import Place


class WatchJob:
    """One model's watch in one environment, by the CronJob that the stack provisioned."""

    def __init__(self, place: Place, model: str) -> None:
        from kubernetes import client

        self._batch: Any = client.BatchV1Api(api_client(place))
        self._environment = place.name
        self._name = f"watch-{kebab(model)}"
        self._namespace = place.releases.endpoints[model].namespace

    def runs(self) -> bool:
        """Say whether a Job of it has not ended; the schedule then starts no other one."""
        jobs = self._batch.list_namespaced_job(self._namespace).items
        return any(
            owner.name == self._name and not _ended(job)
            for job in jobs
            for owner in job.metadata.owner_references or ()
        )

    def start(self) -> str:
        """Start it once, as `kubectl create job --from=cronjob/…` does; returns the Job's name."""
        from kubernetes import client

        cronjob = self._batch.read_namespaced_cron_job(self._name, self._namespace)
        owner = client.V1OwnerReference(
            api_version="batch/v1", kind="CronJob", name=self._name, uid=cronjob.metadata.uid
        )
        metadata = client.V1ObjectMeta(
            name=f"{self._name}-by-hand-{int(time.time())}",
            annotations={"cronjob.kubernetes.io/instantiate": "manual"},
            labels=(cronjob.spec.job_template.metadata or client.V1ObjectMeta()).labels,
            owner_references=[owner],
        )
        job = client.V1Job(metadata=metadata, spec=cronjob.spec.job_template.spec)
        return str(self._batch.create_namespaced_job(self._namespace, job).metadata.name)

    def require_sound(self, job: str) -> None:
        """Raise RefusedError where a Job that was started has failed: it will not come right."""
        if _has(self._batch.read_namespaced_job(job, self._namespace), "Failed"):
            raise RefusedError(
                f"The watch {job} failed in {self._environment}.",
                remedy=f"kubectl --context {self._environment} -n {self._namespace} "
                f"logs job/{job} --tail 20",
            )


def _ended(job: Any) -> bool:
    return _has(job, "Complete", "Failed")


def _has(job: Any, *conditions: str) -> bool:
    found = job.status.conditions or ()
    return any(each.type in conditions and each.status == "True" for each in found)
