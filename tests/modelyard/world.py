"""Three accounts in moto, with what the platform stack would have left in them."""

import io
import json
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from modelyard.catalogue import kebab
from modelyard.delivery.journey import Journey
from modelyard.delivery.load_test import LoadResult
from modelyard.delivery.released_rules import RetrainRules
from modelyard.delivery.station import Machinery, Station
from modelyard.live.releases import Line, ReleaseLines
from modelyard.outputs import PlatformOutputs, ReleasesOutputs
from modelyard.place import Place
from modelyard.sessions import new_session
from modelyard.target import Target, Yard
from modelyard.versions import Version

REGION = "eu-west-1"
ACCOUNTS = {"dev": "111111111111", "staging": "222222222222", "prod": "333333333333"}
IMAGE = "sha256:" + "a" * 64
MODEL = "flight_delay"
RELEASE: dict[str, Any] = {
    "image_digest": IMAGE,
    "repository": "111111111111.dkr.ecr.eu-west-1.amazonaws.com/modelyard",
    "git_sha": "0123456789abcdef",
    "dirty": False,
    "built_by": "arn:aws:sts::111111111111:assumed-role/platform-engineer/ada",
    "built_at": "2030-01-01T00:00:00Z",
}


class Crash(BaseException):
    """Stands for kill -9: nothing that catches exceptions sees it."""


def enter(root: Path, environment: str, name: str = "ada") -> Place:
    """One environment as a person sees it; a role of that name is what STS reports."""
    account = ACCOUNTS[environment]
    credentials = (
        new_session()
        .client("sts", region_name=REGION)
        .assume_role(
            RoleArn=f"arn:aws:iam::{account}:role/platform-engineer", RoleSessionName=name
        )["Credentials"]
    )
    place = Place(name=environment, account=account, region=REGION, root=root)
    place.__dict__["session"] = new_session(
        aws_access_key_id=credentials["AccessKeyId"],
        aws_secret_access_key=credentials["SecretAccessKey"],
        aws_session_token=credentials["SessionToken"],
        region_name=REGION,
    )
    return place


def stand_up(place: Place, *models: str) -> None:
    """Make what the stacks promise, once per environment; of the flights if no model is named."""
    s3 = place.client("s3")
    names = {kind: f"{place.name}-{kind}" for kind in ("lake", "artifacts", "audit")}
    for name in names.values():
        s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    place.client("dynamodb").create_table(
        TableName="operations",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    keys = {
        f"{purpose}_key_arn": place.client("kms").create_key(
            KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY"
        )["KeyMetadata"]["Arn"]
        for purpose in ("signing", "approval", "ledger")
    }
    queue = place.client("sqs").create_queue(QueueName="delivery")["QueueUrl"]
    arn = f"arn:aws:sqs:{REGION}:{place.account}:delivery"
    events = place.client("events")
    events.put_rule(Name="delivery", EventPattern=json.dumps({"source": ["modelyard"]}))
    events.put_targets(Rule="delivery", Targets=[{"Id": "queue", "Arn": arn}])
    for model in models or (MODEL,):
        group = kebab(model)
        place.client("sagemaker").create_model_package_group(ModelPackageGroupName=group)
    outputs = {
        "account_id": place.account,
        "region": REGION,
        "cluster_name": "cluster",
        "namespace": "models",
        "lakehouse_bucket": names["lake"],
        "artifacts_bucket": names["artifacts"],
        "audit_bucket": names["audit"],
        **keys,
        "image_repository_url": f"{place.account}.dkr.ecr.{REGION}.amazonaws.com/modelyard",
        "image_repository_name": "modelyard",
        "promoter_role_arn": f"arn:aws:iam::{place.account}:role/promoter",
        "delivery_role_arn": f"arn:aws:iam::{place.account}:role/delivery",
        "delivery_queue_url": queue,
        "dead_letter_queue_url": queue,
        "operations_table": "operations",
    }
    (place.root / f"outputs-{place.name}.json").write_text(json.dumps(outputs))


def adopt_outputs(place: Place, *models: str) -> Place:
    """Give a place the outputs that `stand_up` noted."""
    names = {model: kebab(model) for model in models or (MODEL,)}
    noted = json.loads((place.root / f"outputs-{place.name}.json").read_text())
    place.__dict__["platform"] = PlatformOutputs.model_validate(noted)
    place.__dict__["releases"] = ReleasesOutputs.model_validate(
        {
            "endpoints": {
                model: {"service": name, "namespace": "models", "port": 8080}
                for model, name in names.items()
            },
            "training_pipelines": {model: f"{name}-training" for model, name in names.items()},
            "data_pipelines": {model: f"{name}-data" for model, name in names.items()},
            "model_groups": names,
        }
    )
    return place


def register(
    place: Place,
    run: str,
    *,
    gate: str = "passed",
    trained_by: str = "",
    model: str = MODEL,
    digest: str = "",
) -> str:
    """Register a version as the pipeline's last step does; returns its ARN."""
    facts = {
        "model": model,
        "run": run,
        "package_uri": f"s3://{place.platform.artifacts_bucket}/packages/{model}/{run}",
        "package_digest": digest or f"sha256:{run}",
        "image_digest": IMAGE,
        "git_sha": RELEASE["git_sha"],
        "gate": gate,
        "environment": place.name,
        "trained_by": trained_by or "arn:aws:sts::1:assumed-role/training/pipeline",
    }
    answer = place.client("sagemaker").create_model_package(
        ModelPackageGroupName=kebab(model),
        ModelApprovalStatus="PendingManualApproval",
        InferenceSpecification={
            "Containers": [{"Image": f"image@{IMAGE}"}],
            "SupportedContentTypes": ["application/json"],
            "SupportedResponseMIMETypes": ["application/json"],
        },
        CustomerMetadataProperties=facts,
        ClientToken=uuid.uuid4().hex,
    )
    return str(answer["ModelPackageArn"])


def make_pipelines(place: Place, model: str = MODEL) -> None:
    """The two pipelines of a model, whose runs moto ends at once and well."""
    for name in (f"{kebab(model)}-training", f"{kebab(model)}-data"):
        place.client("sagemaker").create_pipeline(
            PipelineName=name,
            PipelineDefinition="{}",
            ClientRequestToken="0" * 32,
            RoleArn=f"arn:aws:iam::{place.account}:role/pipeline",
        )


def registered(place: Place, arn: str) -> None:
    """Deliver the event that the registry sends."""
    event = {
        "id": uuid.uuid4().hex,
        "detail-type": "SageMaker Model Package State Change",
        "source": "aws.sagemaker",
        "detail": {"ModelPackageArn": arn},
    }
    place.client("sqs").send_message(
        QueueUrl=place.platform.delivery_queue_url, MessageBody=json.dumps(event)
    )


def yard(place: Place) -> Yard:
    """The checkout as whoever a place belongs to types commands in it."""
    found = Yard(root=place.root, target=Target.SANDBOX)
    found._places[place.name] = place
    return found


@dataclass
class Works:
    """Stands in for engine, cluster and pipelines: does nothing, but counts what it was asked."""

    root: Path
    model: str = MODEL
    calls: list[str] = field(default_factory=list)
    crash_at: int = -1
    """Crash right after the n-th call did its work, before anybody could note it."""
    fail: dict[str, Exception] = field(default_factory=dict)
    ledger: list[dict[str, Any]] = field(default_factory=list)
    served: dict[str, str] = field(default_factory=dict)
    training: str = "Executing"
    rule: str = "required"
    retrain: RetrainRules | None = None

    def machinery(self) -> Machinery:
        """The table of functions that delivery uses."""
        return Machinery(
            deploy=self._deploy,
            copy_image=self._copy,
            start_training=self._train,
            training_state=lambda place, execution: (self.training, "out of memory"),
            smoke=self._smoke,
            load=self._load,
            record=self._record,
            is_recorded=lambda place, operation: any(
                each["operation"] == operation for each in self.ledger
            ),
            approval_rule=lambda place, version: self.rule,
            retrain_rules=self._retrain_rules,
        )

    def _retrain_rules(self, place: Place, model: str, line: Line) -> RetrainRules:
        assert self.retrain is not None
        return self.retrain

    def _did(self, what: str) -> None:
        self.calls.append(what)
        if what in self.fail:
            raise self.fail[what]
        if len(self.calls) - 1 == self.crash_at:
            raise Crash(what)

    def _deploy(self, place: Place) -> dict[str, int]:
        line = ReleaseLines.of(place).live(self.model)
        self.served[place.name] = line["version"] if line else "none"
        self._did("deploy")
        return {"update": 1}

    def _copy(self, place: Place, release: dict[str, Any]) -> str:
        self._did("copy")
        return f"{place.platform.image_repository_url}@{release['image_digest']}"

    def _train(self, place: Place, journey: Journey) -> str:
        self._did("train")
        # Named after the journey: starting twice finds the same execution.
        return f"arn:aws:sagemaker:{REGION}:{place.account}:pipeline/p/execution/{journey.id}"

    def _smoke(self, place: Place, version: Version, model: str) -> dict[str, Any]:
        self._did("smoke")
        return {"rows": 20}

    def _load(self, place: Place, version: Version, model: str) -> LoadResult:
        self._did("load")
        return LoadResult(
            seconds=5,
            clients=4,
            requests=100,
            errors=0,
            requests_per_second=20,
            p50_ms=1,
            p99_ms=2,
        )

    def _record(self, place: Place, fact: dict[str, Any]) -> None:
        if all(each["operation"] != fact["operation"] for each in self.ledger):
            self.ledger.append(fact)
        self._did("record")


def station(place: Place, works: Works) -> Station:
    """Delivery of one environment over the stand-in."""
    return Station(place=place, machinery=works.machinery(), report=lambda message: None)


def parquet(frame: Any) -> bytes:
    """A frame as the features step stores it."""
    buffer = io.BytesIO()
    frame.write_parquet(buffer)
    return buffer.getvalue()
