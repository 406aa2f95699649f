"""Secrets and parameters."""

import base64
from typing import Any

from sandbox.aws.provider.wire import Properties
from sandbox.aws.resources.handling import Call, Handler, Made, gone_is_fine, if_exists


def _create_secret(call: Call) -> Made:
    wanted = call.inputs
    optional = {"Description": wanted.get("description"), "KmsKeyId": wanted.get("kmsKeyId")}
    arn = call.aws("secretsmanager").create_secret(
        Name=wanted["name"],
        Tags=call.tag_list,
        **{key: value for key, value in optional.items() if value},
    )["ARN"]
    if wanted.get("policy"):
        call.aws("secretsmanager").put_resource_policy(
            SecretId=arn, ResourcePolicy=wanted["policy"]
        )
    return Made(arn, {"arn": arn})


def _read_secret(call: Call) -> Properties | None:
    found = call.aws("secretsmanager").describe_secret(SecretId=call.id)
    if found.get("DeletedDate"):
        return None
    return {"arn": found["ARN"], "name": found["Name"]}


def _update_secret(call: Call) -> Properties:
    if call.changed("description", "kmsKeyId"):
        optional = {"KmsKeyId": call.inputs["kmsKeyId"]} if call.inputs.get("kmsKeyId") else {}
        call.aws("secretsmanager").update_secret(
            SecretId=call.id, Description=call.inputs.get("description") or "", **optional
        )
    return {}


def _delete_secret(call: Call) -> None:
    days = call.old.get("recoveryWindowInDays", 30)
    window: dict[str, Any] = (
        {"RecoveryWindowInDays": int(days)} if days else {"ForceDeleteWithoutRecovery": True}
    )
    call.aws("secretsmanager").delete_secret(SecretId=call.id, **window)


SECRET = Handler(
    create=_create_secret,
    read=if_exists(_read_secret),
    update=_update_secret,
    delete=gone_is_fine(_delete_secret),
)


def _put_version(call: Call) -> Made:
    wanted = call.inputs
    value: dict[str, Any] = {}
    if wanted.get("secretString") is not None:
        value["SecretString"] = wanted["secretString"]
    elif wanted.get("secretBinary") is not None:
        value["SecretBinary"] = base64.b64decode(wanted["secretBinary"])
    stages = {"VersionStages": wanted["versionStages"]} if wanted.get("versionStages") else {}
    answer = call.aws("secretsmanager").put_secret_value(
        SecretId=wanted["secretId"], **value, **stages
    )
    outputs = {
        "arn": answer["ARN"],
        "secretArn": answer["ARN"],
        "versionId": answer["VersionId"],
        "versionStages": answer["VersionStages"],
    }
    return Made(f"{wanted['secretId']}|{answer['VersionId']}", outputs)


def _read_version(call: Call) -> Properties:
    secret, _, version = call.id.rpartition("|")
    call.aws("secretsmanager").get_secret_value(SecretId=secret, VersionId=version)
    return {"secretId": secret, "versionId": version}


SECRET_VERSION = Handler(
    create=_put_version,
    read=if_exists(_read_version),
    delete=lambda call: None,  # a version goes with its secret, as on AWS
)


def _put_parameter(call: Call, *, overwrite: bool) -> Properties:
    wanted = call.inputs
    optional = {
        "Description": wanted.get("description"),
        "KeyId": wanted.get("keyId"),
        "AllowedPattern": wanted.get("allowedPattern"),
        "Tier": wanted.get("tier"),
        "DataType": wanted.get("dataType"),
    }
    answer = call.aws("ssm").put_parameter(
        Name=wanted["name"],
        Value=wanted.get("value") or wanted.get("insecureValue"),
        Type=wanted["type"],
        Overwrite=overwrite,
        **{key: value for key, value in optional.items() if value},
    )
    name = str(wanted["name"]).lstrip("/")
    return {
        "arn": f"arn:aws:ssm:{call.region}:{call.account}:parameter/{name}",
        "version": answer["Version"],
        "value": wanted.get("value") or wanted.get("insecureValue"),
        "tier": wanted.get("tier") or "Standard",
        "dataType": wanted.get("dataType") or "text",
    }


def _create_parameter(call: Call) -> Made:
    outputs = _put_parameter(call, overwrite=bool(call.inputs.get("overwrite")))
    return Made(str(call.inputs["name"]), outputs)


def _read_parameter(call: Call) -> Properties:
    found = call.aws("ssm").get_parameter(Name=call.id, WithDecryption=True)["Parameter"]
    return {"name": found["Name"], "value": found["Value"], "version": found["Version"]}


PARAMETER = Handler(
    create=_create_parameter,
    read=if_exists(_read_parameter),
    update=lambda call: _put_parameter(call, overwrite=True),
    delete=gone_is_fine(lambda call: call.aws("ssm").delete_parameter(Name=call.id)),
)
