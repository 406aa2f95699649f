"""The world of a command: three accounts, the works behind them, and what happens there."""

import io
import json
import uuid
from typing import Any

from modelyard.catalogue import kebab
from modelyard.place import Place
from modelyard.target import Target, Yard
from tests.modelyard.accounts import (
    ACCOUNTS,
    IMAGE,
    MODEL,
    REGION,
    RELEASE,
    adopt_outputs,
    enter,
    stand_up,
)
from tests.modelyard.works import Crash, Works, station

__all__ = [
    "ACCOUNTS",
    "IMAGE",
    "MODEL",
    "REGION",
    "RELEASE",
    "Crash",
    "Works",
    "adopt_outputs",
    "enter",
    "make_pipelines",
    "parquet",
    "register",
    "registered",
    "stand_up",
    "station",
    "yard",
]


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


def make_pipelines(place: Place, model: str = MODEL) -> None:
    """The two pipelines of a model, whose runs moto ends at once and well."""
    for name in (f"{kebab(model)}-training", f"{kebab(model)}-data"):
        place.client("sagemaker").create_pipeline(
            PipelineName=name,
            PipelineDefinition="{}",
            ClientRequestToken="0" * 32,
            RoleArn=f"arn:aws:iam::{place.account}:role/pipeline",
        )


def yard(place: Place) -> Yard:
    """The checkout as whoever a place belongs to types commands in it."""
    found = Yard(root=place.root, target=Target.SANDBOX)
    found._places[place.name] = place
    return found


def parquet(frame: Any) -> bytes:
    """A frame as the features step stores it."""
    buffer = io.BytesIO()
    frame.write_parquet(buffer)
    return buffer.getvalue()
