"""Keys and their aliases."""

from typing import Any

from sandbox.aws.provider.wire import Properties
from sandbox.aws.resources.handling import (
    Call,
    Handler,
    Made,
    document,
    gone_is_fine,
    if_exists,
    missing,
)


def _outputs(metadata: dict[str, Any]) -> Properties:
    return {
        "arn": metadata["Arn"],
        "keyId": metadata["KeyId"],
        "customerMasterKeySpec": metadata.get("KeySpec", "SYMMETRIC_DEFAULT"),
        "keyUsage": metadata.get("KeyUsage", "ENCRYPT_DECRYPT"),
        "multiRegion": metadata.get("MultiRegion", False),
        "description": metadata.get("Description", ""),
        "isEnabled": metadata["Enabled"],
    }


def _create(call: Call) -> Made:
    kms, wanted = call.aws("kms"), call.inputs
    optional = {
        "Policy": wanted.get("policy") and document(wanted["policy"]),
        "Description": wanted.get("description"),
        "KeyUsage": wanted.get("keyUsage"),
        "KeySpec": wanted.get("customerMasterKeySpec"),
        "MultiRegion": wanted.get("multiRegion"),
    }
    metadata = kms.create_key(
        Tags=[{"TagKey": key, "TagValue": value} for key, value in call.tags.items()],
        **{key: value for key, value in optional.items() if value is not None},
    )["KeyMetadata"]
    _settle(call, metadata["KeyId"])
    outputs = {**_outputs(metadata), "isEnabled": wanted.get("isEnabled", True)}
    if "policy" not in wanted:
        outputs["policy"] = kms.get_key_policy(KeyId=metadata["KeyId"], PolicyName="default")[
            "Policy"
        ]
    return Made(metadata["KeyId"], outputs)


def _settle(call: Call, key: str) -> None:
    kms = call.aws("kms")
    if call.inputs.get("enableKeyRotation"):
        kms.enable_key_rotation(KeyId=key)
    elif call.old.get("enableKeyRotation"):
        kms.disable_key_rotation(KeyId=key)
    if call.inputs.get("isEnabled") is False:
        kms.disable_key(KeyId=key)
    elif call.old.get("isEnabled") is False:
        kms.enable_key(KeyId=key)


def _read(call: Call) -> Properties | None:
    metadata = call.aws("kms").describe_key(KeyId=call.id)["KeyMetadata"]
    if metadata["KeyState"] == "PendingDeletion":
        return None
    found = _outputs(metadata)
    return {key: value for key, value in found.items() if value or key == "isEnabled"}


def _update(call: Call) -> Properties:
    kms = call.aws("kms")
    if call.changed("policy") and call.inputs.get("policy"):
        kms.put_key_policy(
            KeyId=call.id, PolicyName="default", Policy=document(call.inputs["policy"])
        )
    if call.changed("description"):
        kms.update_key_description(KeyId=call.id, Description=call.inputs.get("description") or "")
    _settle(call, call.id)
    return {}


def _delete(call: Call) -> None:
    days = int(call.old.get("deletionWindowInDays") or 30)
    call.aws("kms").schedule_key_deletion(KeyId=call.id, PendingWindowInDays=days)


KEY = Handler(create=_create, read=if_exists(_read), update=_update, delete=gone_is_fine(_delete))


def _alias_outputs(call: Call, name: str, key: str) -> Properties:
    home = f"arn:aws:kms:{call.region}:{call.account}"
    key_id = key.rpartition("/")[2]
    return {"arn": f"{home}:{name}", "targetKeyArn": f"{home}:key/{key_id}"}


def _create_alias(call: Call) -> Made:
    name, key = str(call.inputs["name"]), str(call.inputs["targetKeyId"])
    call.aws("kms").create_alias(AliasName=name, TargetKeyId=key.rpartition("/")[2])
    return Made(name, _alias_outputs(call, name, key))


def _read_alias(call: Call) -> Properties | None:
    try:
        metadata = call.aws("kms").describe_key(KeyId=call.id)["KeyMetadata"]
    except call.aws("kms").exceptions.ClientError as error:
        if missing(error):
            return None
        raise
    return {"name": call.id, **_alias_outputs(call, call.id, metadata["KeyId"])}


def _update_alias(call: Call) -> Properties:
    key = str(call.inputs["targetKeyId"])
    call.aws("kms").update_alias(AliasName=call.id, TargetKeyId=key.rpartition("/")[2])
    return _alias_outputs(call, call.id, key)


def _delete_alias(call: Call) -> None:
    call.aws("kms").delete_alias(AliasName=call.id)


ALIAS = Handler(
    create=_create_alias,
    read=_read_alias,
    update=_update_alias,
    delete=gone_is_fine(_delete_alias),
)
