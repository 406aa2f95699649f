"""Image repositories: names and rules here, the bytes in the sandbox's registry."""

from typing import Any

from sandbox.aws.provider.wire import Properties
from sandbox.aws.resources.handling import (
    Call,
    Handler,
    Made,
    document,
    gone_is_fine,
    if_exists,
    setting,
)


def _create(call: Call) -> Made:
    wanted = call.inputs
    request: dict[str, Any] = {
        "imageTagMutability": wanted.get("imageTagMutability") or "MUTABLE",
        "imageScanningConfiguration": wanted.get("imageScanningConfiguration")
        or {"scanOnPush": False},
    }
    for each in wanted.get("encryptionConfigurations", []):
        request["encryptionConfiguration"] = {
            "encryptionType": each.get("encryptionType") or "AES256",
            **({"kmsKey": each["kmsKey"]} if each.get("kmsKey") else {}),
        }
    repository = call.aws("ecr").create_repository(
        repositoryName=wanted["name"], tags=call.tag_list, **request
    )["repository"]
    return Made(str(wanted["name"]), _outputs(repository))


def _outputs(repository: dict[str, Any]) -> Properties:
    return {
        "arn": repository["repositoryArn"],
        "registryId": repository["registryId"],
        "repositoryUrl": repository["repositoryUri"],
        "name": repository["repositoryName"],
    }


def _read(call: Call) -> Properties:
    found = call.aws("ecr").describe_repositories(repositoryNames=[call.id])["repositories"]
    return _outputs(found[0])


def _update(call: Call) -> Properties:
    ecr = call.aws("ecr")
    if call.changed("imageTagMutability"):
        ecr.put_image_tag_mutability(
            repositoryName=call.id,
            imageTagMutability=call.inputs.get("imageTagMutability") or "MUTABLE",
        )
    if call.changed("imageScanningConfiguration"):
        ecr.put_image_scanning_configuration(
            repositoryName=call.id,
            imageScanningConfiguration=call.inputs.get("imageScanningConfiguration")
            or {"scanOnPush": False},
        )
    return {}


def _delete(call: Call) -> None:
    call.aws("ecr").delete_repository(
        repositoryName=call.id, force=bool(call.old.get("forceDelete"))
    )


REPOSITORY = Handler(
    create=_create, read=if_exists(_read), update=_update, delete=gone_is_fine(_delete)
)


def _put_lifecycle(call: Call) -> None:
    call.aws("ecr").put_lifecycle_policy(
        repositoryName=call.inputs["repository"],
        lifecyclePolicyText=document(call.inputs["policy"]),
    )


def _read_lifecycle(call: Call) -> Properties:
    answer = call.aws("ecr").get_lifecycle_policy(repositoryName=call.id)
    return {"registryId": answer["registryId"]}


LIFECYCLE_POLICY = setting(
    id_key="repository",
    put=_put_lifecycle,
    read=_read_lifecycle,
    remove=lambda call: call.aws("ecr").delete_lifecycle_policy(repositoryName=call.id),
)


def _put_policy(call: Call) -> None:
    call.aws("ecr").set_repository_policy(
        repositoryName=call.inputs["repository"], policyText=document(call.inputs["policy"])
    )


def _read_policy(call: Call) -> Properties:
    answer = call.aws("ecr").get_repository_policy(repositoryName=call.id)
    return {"registryId": answer["registryId"]}


REPOSITORY_POLICY = setting(
    id_key="repository",
    put=_put_policy,
    read=_read_policy,
    remove=lambda call: call.aws("ecr").delete_repository_policy(repositoryName=call.id),
)
