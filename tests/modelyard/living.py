"""Production with a first version live, and the events that reach its delivery."""

import json
import uuid
from typing import Any

from ml.monitoring.training_cost import Estimate
from ml.spec_operations import Retrain
from modelyard import versions
from modelyard.delivery import worker
from modelyard.delivery.journey import Journey
from modelyard.delivery.released_rules import RetrainRules
from modelyard.delivery.station import Station
from modelyard.live.releases import ReleaseLines
from modelyard.place import Place
from modelyard.release_record import key_of
from modelyard.storage import write_json
from tests.modelyard import world

RULES = RetrainRules(
    limits=Retrain(triggers=("alarm", "schedule"), cooldown_days=7, weekly_limit=1),
    cost=Estimate(usd=1.0, told="unverified"),
    dated=True,
)
ALARM = "late-rate"


def make_live(place: Place, run: str = "first") -> versions.Version:
    """Register a version and make it the live one, as a journey before this story did."""
    arn = world.register(place, run)
    first = versions.describe(place, arn)
    ReleaseLines.of(place).put(world.MODEL, first.line)
    versions.approve(place, first, "released before")
    bucket = place.platform.artifacts_bucket
    write_json(place.client("s3"), bucket, key_of(world.IMAGE), world.RELEASE)
    return first


def requested(place: Place, id: str = "j1", **changes: Any) -> Journey:
    """A promotion into this environment as its command records it."""
    return Journey(
        id=id,
        model=world.MODEL,
        environment=place.name,
        requested_by=place.caller,
        requested_at="2030-01-01T00:00:00Z",
        release=world.RELEASE,
    ).model_copy(update=changes)


def ring(place: Place, name: str = ALARM) -> None:
    """Provision the alarm of a model and let it ring; nobody tells delivery."""
    cloudwatch = place.client("cloudwatch")
    cloudwatch.put_metric_alarm(
        AlarmName=name,
        Namespace="Modelyard",
        MetricName="Breach",
        Dimensions=[
            {"Name": "Model", "Value": world.MODEL},
            {"Name": "Signal", "Value": "label_rate"},
        ],
        Statistic="Maximum",
        Period=86400,
        EvaluationPeriods=7,
        Threshold=0,
        ComparisonOperator="GreaterThanThreshold",
        ActionsEnabled=False,
    )
    cloudwatch.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="a week broke")


def alarm_event(
    at: str, *, name: str = ALARM, model: str = world.MODEL, state: str = "ALARM"
) -> dict[str, Any]:
    """CloudWatch's own event about an alarm of a model."""
    metric = {
        "namespace": "Modelyard",
        "name": "Breach",
        "dimensions": {"Model": model, "Signal": "label_rate"},
    }
    measured = {"id": "m", "metricStat": {"metric": metric, "period": 86400}, "returnData": True}
    return {
        "version": "0",
        "id": uuid.uuid4().hex,
        "detail-type": "CloudWatch Alarm State Change",
        "source": "aws.cloudwatch",
        "time": at,
        "resources": [f"arn:aws:cloudwatch:eu-west-1:333333333333:alarm:{name}"],
        "detail": {
            "alarmName": name,
            "state": {"value": state, "reason": "one datapoint", "timestamp": at},
            "previousState": {"value": "OK", "timestamp": at},
            "configuration": {"metrics": [measured]},
        },
    }


def send(place: Place, *bodies: dict[str, Any] | str) -> None:
    """Put messages on the delivery queue, events or whatever else."""
    for body in bodies:
        text = body if isinstance(body, str) else json.dumps(body)
        url = place.platform.delivery_queue_url
        place.client("sqs").send_message(QueueUrl=url, MessageBody=text)


def work_off(seat: Station) -> None:
    """Let delivery take every message that it can see."""
    while worker.poll(seat, wait_seconds=0):
        pass


def live_version(place: Place) -> str:
    """The one version that is live; none or two would be an error."""
    line = ReleaseLines.of(place).live(world.MODEL)
    assert line is not None
    return line["version"]
