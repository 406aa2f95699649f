"""Makes the Job of one run of a CronJob, as the controller would."""

import datetime
from typing import Any

from sandbox.kubernetes.api import Api, ApiError
from sandbox.timeline.due import Outcome

SCHEDULED = "batch.kubernetes.io/cronjob-scheduled-timestamp"

Object = dict[str, Any]


def start_job(api: Api, cronjob: Object, moment: datetime.datetime) -> Outcome:
    """Create the Job of the run at `moment`, which carries the CronJob's time zone.

    Under the policy Forbid nothing starts while an earlier Job runs; under Replace that Job is
    deleted first. A run that was started before is not started again. Raises `ApiError`.
    """
    job = job_of(cronjob, moment)
    namespace, name = job["metadata"]["namespace"], job["metadata"]["name"]
    jobs, target = f"/apis/batch/v1/namespaces/{namespace}/jobs", f"{namespace}/{name}"
    policy = cronjob["spec"].get("concurrencyPolicy", "Allow")
    if policy != "Allow":
        running = [each["metadata"]["name"] for each in _running(api, jobs, cronjob)]
        if running and policy == "Forbid":
            detail = f"concurrencyPolicy is Forbid and {', '.join(running)} has not ended"
            return Outcome(target=target, result="skipped", detail=detail)
        for each in running:
            _delete(api, f"{jobs}/{each}")
    try:
        api.call("POST", jobs, job)
    except ApiError as error:
        if error.status == 409 and error.reason == "AlreadyExists":
            return Outcome(target=target, result="skipped", detail="it was started before")
        raise
    return Outcome(target=target, result="delivered")


def job_of(cronjob: Object, moment: datetime.datetime) -> Object:
    """Return the Job; its name ends in the minutes since 1970, as the controller's do."""
    owner, template = cronjob["metadata"], cronjob["spec"]["jobTemplate"]
    metadata = template.get("metadata", {})
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {
            "name": f"{owner['name']}-{int(moment.timestamp()) // 60}",
            "namespace": owner["namespace"],
            "labels": metadata.get("labels", {}),
            "annotations": {
                **metadata.get("annotations", {}),
                SCHEDULED: moment.isoformat().replace("+00:00", "Z"),
            },
            "ownerReferences": [
                {
                    "apiVersion": "batch/v1",
                    "kind": "CronJob",
                    "name": owner["name"],
                    "uid": owner["uid"],
                    "controller": True,
                    "blockOwnerDeletion": True,
                }
            ],
        },
        "spec": template["spec"],
    }


def _running(api: Api, jobs: str, cronjob: Object) -> list[Object]:
    uid = cronjob["metadata"]["uid"]
    return [
        job
        for job in api.call("GET", jobs)["items"]
        if any(each["uid"] == uid for each in job["metadata"].get("ownerReferences", ()))
        and not _ended(job)
    ]


def _ended(job: Object) -> bool:
    conditions = job.get("status", {}).get("conditions") or ()
    return any(
        each["type"] in ("Complete", "Failed") and each["status"] == "True" for each in conditions
    )


def _delete(api: Api, path: str) -> None:
    body = {"kind": "DeleteOptions", "apiVersion": "v1", "propagationPolicy": "Background"}
    try:
        api.call("DELETE", path, body)
    except ApiError as error:
        if error.status != 404:
            raise
