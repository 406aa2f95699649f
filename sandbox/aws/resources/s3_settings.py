"""The rarer settings of buckets: life cycle, ownership, logging, object lock, notifications."""

from typing import Any

from sandbox.aws.provider.wire import Properties
from sandbox.aws.resources.handling import Call, pascal, setting
from sandbox.aws.resources.s3 import S3_NAMES, exists, remove_by


def _lifecycle_rule(rule: Properties) -> dict[str, Any]:
    wanted = dict(rule)
    if "filter" not in wanted and "prefix" not in wanted:
        wanted["filter"] = {"prefix": ""}
    condition = wanted.get("filter")
    if isinstance(condition, dict) and not condition:
        wanted["filter"] = {"prefix": ""}
    for key in ("expiration", "noncurrentVersionExpiration", "abortIncompleteMultipartUpload"):
        if wanted.get(key) == {}:
            del wanted[key]
    result: dict[str, Any] = pascal(wanted, S3_NAMES)
    return result


def _put_lifecycle(call: Call) -> None:
    rules = [_lifecycle_rule(each) for each in call.inputs.get("rules", [])]
    call.aws("s3").put_bucket_lifecycle_configuration(
        Bucket=call.inputs["bucket"], LifecycleConfiguration={"Rules": rules}
    )


LIFECYCLE = setting(
    id_key="bucket",
    put=_put_lifecycle,
    read=exists("get_bucket_lifecycle_configuration"),
    remove=remove_by("delete_bucket_lifecycle"),
)


def _put_ownership(call: Call) -> None:
    call.aws("s3").put_bucket_ownership_controls(
        Bucket=call.inputs["bucket"],
        OwnershipControls={"Rules": [pascal(call.inputs["rule"])]},
    )


OWNERSHIP = setting(
    id_key="bucket",
    put=_put_ownership,
    read=exists("get_bucket_ownership_controls"),
    remove=remove_by("delete_bucket_ownership_controls"),
)


def _put_logging(call: Call) -> None:
    # The emulator writes no access logs and its check of the log bucket's ACL is not AWS's.
    call.aws("s3").head_bucket(Bucket=call.inputs["targetBucket"])


def _keep(call: Call) -> Properties:
    call.aws("s3").head_bucket(Bucket=call.id)
    return {}


LOGGING = setting(id_key="bucket", put=_put_logging, read=_keep, remove=lambda call: None)


def _put_object_lock(call: Call) -> None:
    wanted: dict[str, Any] = {"ObjectLockEnabled": "Enabled"}
    if call.inputs.get("rule"):
        wanted["Rule"] = pascal(call.inputs["rule"])
    call.aws("s3").put_object_lock_configuration(
        Bucket=call.inputs["bucket"], ObjectLockConfiguration=wanted
    )


OBJECT_LOCK = setting(
    id_key="bucket",
    put=_put_object_lock,
    read=exists("get_object_lock_configuration"),
    remove=lambda call: None,  # object lock can never be taken off a bucket
)


def _notification(call: Call) -> dict[str, Any]:
    wanted: dict[str, Any] = {}
    if call.inputs.get("eventbridge"):
        wanted["EventBridgeConfiguration"] = {}
    for key, name, arn in (
        ("queues", "QueueConfigurations", "queueArn"),
        ("topics", "TopicConfigurations", "topicArn"),
        ("lambdaFunctions", "LambdaFunctionConfigurations", "lambdaFunctionArn"),
    ):
        entries = []
        for each in call.inputs.get(key, []):
            entry: dict[str, Any] = {
                arn[:1].upper() + arn[1:]: each[arn],
                "Events": each["events"],
            }
            rules = [
                {"Name": side, "Value": each[f"filter{side.title()}"]}
                for side in ("prefix", "suffix")
                if each.get(f"filter{side.title()}")
            ]
            if rules:
                entry["Filter"] = {"Key": {"FilterRules": rules}}
            entries.append(entry)
        if entries:
            wanted[name] = entries
    return wanted


def _put_notification(call: Call) -> None:
    call.aws("s3").put_bucket_notification_configuration(
        Bucket=call.inputs["bucket"], NotificationConfiguration=_notification(call)
    )


def _clear_notification(call: Call) -> None:
    call.aws("s3").put_bucket_notification_configuration(
        Bucket=call.id, NotificationConfiguration={}
    )


NOTIFICATION = setting(
    id_key="bucket", put=_put_notification, read=_keep, remove=_clear_notification
)
