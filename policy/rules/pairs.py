"""Rules about a whole stack: what must never be there without its other half."""

from __future__ import annotations

from collections.abc import Iterator

from policy.rule import Resource, StackRule, section
from policy.rules.storage import ENCRYPTION, under_key_of_s3

#: What every bucket needs beside it.
BUCKET_COMPANIONS = (
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
    "aws:s3/bucketPolicy:BucketPolicy",
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
    ENCRYPTION,
    "aws:s3/bucketVersioning:BucketVersioning",
)


def _of(resources: tuple[Resource, ...], type_: str) -> list[Resource]:
    return [each for each in resources if each.type == type_]


def _lonely_buckets(resources: tuple[Resource, ...]) -> Iterator[str]:
    buckets = len(_of(resources, "aws:s3/bucket:Bucket"))
    for companion in BUCKET_COMPANIONS:
        found = len(_of(resources, companion))
        if found != buckets:
            yield f"{buckets} buckets need {buckets} of {companion}, there are {found}"


def _foreign_keys(resources: tuple[Resource, ...]) -> Iterator[str]:
    """S3 writes access logs under its own key only; that is no way out for other buckets."""
    plain = [each for each in _of(resources, ENCRYPTION) if under_key_of_s3(each.inputs)]
    if len(plain) > 1:
        names = ", ".join(sorted(each.name for each in plain))
        yield f"only the bucket of access logs may lie under S3's own key, not all of {names}"
    logged = [
        each.inputs.get("targetBucket")
        for each in _of(resources, "aws:s3/bucketLogging:BucketLogging")
    ]
    for each in plain:
        if each.inputs.get("bucket") not in logged:
            yield f"{each.name}: no access logs go to this bucket: it needs a key of our own"


def _unwatched_networks(resources: tuple[Resource, ...]) -> Iterator[str]:
    networks = len(_of(resources, "aws:ec2/vpc:Vpc"))
    for companion in (
        "aws:ec2/flowLog:FlowLog",
        "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
    ):
        if len(_of(resources, companion)) != networks:
            yield f"every Vpc needs one {companion}"


def _stuck_drains(resources: tuple[Resource, ...]) -> Iterator[str]:
    """A budget that equals the smallest number of pods lets no node ever be drained."""
    budgets = {
        section(each.inputs.get("metadata")).get("name"): section(each.inputs.get("spec"))
        for each in _of(resources, "kubernetes:policy/v1:PodDisruptionBudget")
    }
    for each in _of(resources, "kubernetes:autoscaling/v2:HorizontalPodAutoscaler"):
        scaling = section(each.inputs.get("spec"))
        name, pods = section(scaling.get("scaleTargetRef")).get("name"), scaling.get("minReplicas")
        budget = budgets.get(name)
        if budget is None:
            yield f"{name} scales but has no PodDisruptionBudget"
            continue
        kept = budget.get("minAvailable")
        if kept == "100%" or budget.get("maxUnavailable") in (0, "0%"):
            yield f"{name}: its PodDisruptionBudget must let one pod go"
        elif isinstance(kept, (int, float)) and isinstance(pods, (int, float)) and kept >= pods:
            yield f"{name}: minAvailable {kept:g} must be below minReplicas {pods:g}"


def _half_queues(resources: tuple[Resource, ...]) -> Iterator[str]:
    queues = _of(resources, "aws:sqs/queue:Queue")
    policies = _of(resources, "aws:sqs/queuePolicy:QueuePolicy")
    if queues and not any("redrivePolicy" in each.inputs for each in queues):
        yield "no queue hands what it cannot deliver to a dead-letter queue"
    if len(policies) != len(queues):
        yield "every queue needs a policy that says who sends"


STACK_RULES = (
    StackRule(
        name="no-bucket-without-its-guards",
        description="Every bucket has its block, encryption, versions, lifecycle and policy.",
        standards=("S3.2", "S3.13", "CKV2_AWS_6", "CKV2_AWS_61"),
        problems=_lonely_buckets,
    ),
    StackRule(
        name="no-key-but-ours",
        description="S3's own key is for the bucket of access logs, and for no other.",
        standards=("S3.17", "CKV_AWS_145", "AWS-0132"),
        problems=_foreign_keys,
    ),
    StackRule(
        name="no-network-without-its-record",
        description="Every network is recorded, and its default group is empty.",
        standards=("EC2.2", "EC2.6"),
        problems=_unwatched_networks,
    ),
    StackRule(
        name="no-budget-that-blocks-drains",
        description="Whatever scales can lose a pod when a node is drained.",
        standards=("CKV_K8S_10",),
        problems=_stuck_drains,
    ),
    StackRule(
        name="no-queue-without-its-other-half",
        description="Messages that fail are kept, and senders are named.",
        standards=("SQS.3", "CKV2_AWS_73"),
        problems=_half_queues,
    ),
)
