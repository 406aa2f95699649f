"""Three accounts in moto, with what the platform stack would have left in them."""

import json
from pathlib import Path
from typing import Any

from modelyard.catalogue import kebab
from modelyard.outputs import PlatformOutputs, ReleasesOutputs
from modelyard.place import Place
from modelyard.sessions import new_session

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
