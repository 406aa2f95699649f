"""Buckets, with the parts of them that are resources of their own."""

import json
from typing import Any

from sandbox.aws.provider.wire import Properties
from sandbox.aws.resources.handling import (
    Call,
    Handler,
    Made,
    document,
    gone_is_fine,
    if_exists,
    pascal,
    setting,
)

S3_NAMES = {
    "sseAlgorithm": "SSEAlgorithm",
    "kmsMasterKeyId": "KMSMasterKeyID",
    "id": "ID",
    "rules": "Rules",
    "mfaDelete": "MFADelete",
    "objectSizeGreaterThan": "ObjectSizeGreaterThan",
}


def _create_bucket(call: Call) -> Made:
    name = str(call.inputs["bucket"])
    call.aws("s3").create_bucket(
        Bucket=name,
        CreateBucketConfiguration={"LocationConstraint": call.region},
        ObjectLockEnabledForBucket=bool(call.inputs.get("objectLockEnabled")),
    )
    _tag_bucket(call, name)
    return Made(name, _bucket_outputs(call, name))


def _tag_bucket(call: Call, name: str) -> None:
    if call.tags:
        call.aws("s3").put_bucket_tagging(Bucket=name, Tagging={"TagSet": call.tag_list})


def _bucket_outputs(call: Call, name: str) -> Properties:
    return {
        "arn": f"arn:aws:s3:::{name}",
        "bucket": name,
        "bucketDomainName": f"{name}.s3.amazonaws.com",
        "bucketRegionalDomainName": f"{name}.s3.{call.region}.amazonaws.com",
        "bucketRegion": call.region,
        "hostedZoneId": "Z1BKCTXD74EZPE",
        "requestPayer": "BucketOwner",
    }


def _read_bucket(call: Call) -> Properties:
    call.aws("s3").head_bucket(Bucket=call.id)
    return _bucket_outputs(call, call.id)


def _update_bucket(call: Call) -> Properties:
    _tag_bucket(call, call.id)
    return {}


def _delete_bucket(call: Call) -> None:
    s3 = call.aws("s3")
    if call.old.get("forceDestroy"):
        pages = s3.get_paginator("list_object_versions").paginate(Bucket=call.id)
        for page in pages:
            held = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
            for each in held:
                s3.delete_object(
                    Bucket=call.id,
                    Key=each["Key"],
                    VersionId=each["VersionId"],
                    BypassGovernanceRetention=True,
                )
    s3.delete_bucket(Bucket=call.id)


BUCKET = Handler(
    create=_create_bucket,
    read=if_exists(_read_bucket),
    update=_update_bucket,
    delete=gone_is_fine(_delete_bucket),
)


def _put_versioning(call: Call) -> None:
    call.aws("s3").put_bucket_versioning(
        Bucket=call.inputs["bucket"],
        VersioningConfiguration=pascal(call.inputs["versioningConfiguration"], S3_NAMES),
    )


def _read_versioning(call: Call) -> Properties | None:
    status = call.aws("s3").get_bucket_versioning(Bucket=call.id).get("Status")
    known = call.old.get("versioningConfiguration", {})
    return {"versioningConfiguration": {**known, "status": status}} if status else None


def _suspend_versioning(call: Call) -> None:
    call.aws("s3").put_bucket_versioning(
        Bucket=call.id, VersioningConfiguration={"Status": "Suspended"}
    )


VERSIONING = setting(
    id_key="bucket", put=_put_versioning, read=_read_versioning, remove=_suspend_versioning
)


def _put_encryption(call: Call) -> None:
    rules = [
        pascal(
            {
                "applyServerSideEncryptionByDefault": each.get(
                    "applyServerSideEncryptionByDefault"
                ),
                "bucketKeyEnabled": each.get("bucketKeyEnabled"),
            },
            S3_NAMES,
        )
        for each in call.inputs["rules"]
    ]
    call.aws("s3").put_bucket_encryption(
        Bucket=call.inputs["bucket"], ServerSideEncryptionConfiguration={"Rules": rules}
    )


def exists(operation: str) -> Any:
    """Return a reader that asks one operation whether the setting is there."""

    def read(call: Call) -> Properties:
        getattr(call.aws("s3"), operation)(Bucket=call.id)
        return {}

    return read


def remove_by(operation: str) -> Any:
    """Return a remover that calls one operation."""

    def remove(call: Call) -> None:
        getattr(call.aws("s3"), operation)(Bucket=call.id)

    return remove


ENCRYPTION = setting(
    id_key="bucket",
    put=_put_encryption,
    read=exists("get_bucket_encryption"),
    remove=remove_by("delete_bucket_encryption"),
)

_BLOCKS = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")


def _put_public_access_block(call: Call) -> None:
    wanted = {key: bool(call.inputs.get(key)) for key in _BLOCKS}
    call.aws("s3").put_public_access_block(
        Bucket=call.inputs["bucket"], PublicAccessBlockConfiguration=pascal(wanted)
    )


def _read_public_access_block(call: Call) -> Properties:
    answer = call.aws("s3").get_public_access_block(Bucket=call.id)
    found = answer["PublicAccessBlockConfiguration"]
    return {key: found[key[:1].upper() + key[1:]] for key in _BLOCKS if key in call.old}


PUBLIC_ACCESS_BLOCK = setting(
    id_key="bucket",
    put=_put_public_access_block,
    read=_read_public_access_block,
    remove=remove_by("delete_public_access_block"),
)


def _put_policy(call: Call) -> None:
    call.aws("s3").put_bucket_policy(
        Bucket=call.inputs["bucket"], Policy=document(call.inputs["policy"])
    )


def _read_policy(call: Call) -> Properties:
    found = call.aws("s3").get_bucket_policy(Bucket=call.id)["Policy"]
    known = call.old.get("policy")
    same = isinstance(known, str) and json.loads(known) == json.loads(found)
    return {} if same else {"policy": found}


POLICY = setting(
    id_key="bucket",
    put=_put_policy,
    read=_read_policy,
    remove=remove_by("delete_bucket_policy"),
)
