"""Roles and policies; the emulator checks the documents."""

from typing import Any

from sandbox.aws.provider.wire import Properties
from sandbox.aws.resources.handling import Call, Handler, Made, document, gone_is_fine, if_exists


def _role_outputs(role: dict[str, Any]) -> Properties:
    return {
        "arn": role["Arn"],
        "name": role["RoleName"],
        "uniqueId": role["RoleId"],
        "createDate": role["CreateDate"].strftime("%Y-%m-%dT%H:%M:%SZ"),
    }


def _create_role(call: Call) -> Made:
    wanted = call.inputs
    optional = {
        "Path": wanted.get("path"),
        "Description": wanted.get("description"),
        "MaxSessionDuration": wanted.get("maxSessionDuration"),
        "PermissionsBoundary": wanted.get("permissionsBoundary"),
    }
    iam, name = call.aws("iam"), str(wanted["name"])
    role = iam.create_role(
        RoleName=name,
        AssumeRolePolicyDocument=document(wanted["assumeRolePolicy"]),
        Tags=call.tag_list,
        **{key: value for key, value in optional.items() if value is not None},
    )["Role"]
    for arn in wanted.get("managedPolicyArns", []):
        iam.attach_role_policy(RoleName=name, PolicyArn=arn)
    for each in wanted.get("inlinePolicies", []):
        iam.put_role_policy(
            RoleName=name, PolicyName=each["name"], PolicyDocument=document(each["policy"])
        )
    extra = {"managedPolicyArns": wanted.get("managedPolicyArns", [])}
    return Made(name, {**_role_outputs(role), **extra})


def _read_role(call: Call) -> Properties:
    return _role_outputs(call.aws("iam").get_role(RoleName=call.id)["Role"])


def _update_role(call: Call) -> Properties:
    iam, wanted = call.aws("iam"), call.inputs
    if call.changed("assumeRolePolicy"):
        iam.update_assume_role_policy(
            RoleName=call.id, PolicyDocument=document(wanted["assumeRolePolicy"])
        )
    if call.changed("description", "maxSessionDuration"):
        iam.update_role(
            RoleName=call.id,
            Description=wanted.get("description") or "",
            MaxSessionDuration=wanted.get("maxSessionDuration") or 3600,
        )
    if call.changed("permissionsBoundary"):
        if wanted.get("permissionsBoundary"):
            iam.put_role_permissions_boundary(
                RoleName=call.id, PermissionsBoundary=wanted["permissionsBoundary"]
            )
        else:
            iam.delete_role_permissions_boundary(RoleName=call.id)
    return {}


def _delete_role(call: Call) -> None:
    iam = call.aws("iam")
    for name in iam.list_role_policies(RoleName=call.id)["PolicyNames"]:
        if call.old.get("inlinePolicies") or call.old.get("forceDetachPolicies"):
            iam.delete_role_policy(RoleName=call.id, PolicyName=name)
    for each in iam.list_attached_role_policies(RoleName=call.id)["AttachedPolicies"]:
        if call.old.get("managedPolicyArns") or call.old.get("forceDetachPolicies"):
            iam.detach_role_policy(RoleName=call.id, PolicyArn=each["PolicyArn"])
    iam.delete_role(RoleName=call.id)


ROLE = Handler(
    create=_create_role,
    read=if_exists(_read_role),
    update=_update_role,
    delete=gone_is_fine(_delete_role),
)


def _create_policy(call: Call) -> Made:
    optional = {"Path": call.inputs.get("path"), "Description": call.inputs.get("description")}
    policy = call.aws("iam").create_policy(
        PolicyName=call.inputs["name"],
        PolicyDocument=document(call.inputs["policy"]),
        Tags=call.tag_list,
        **{key: value for key, value in optional.items() if value is not None},
    )["Policy"]
    outputs = {"arn": policy["Arn"], "policyId": policy["PolicyId"], "attachmentCount": 0}
    return Made(policy["Arn"], outputs)


def _read_policy(call: Call) -> Properties:
    policy = call.aws("iam").get_policy(PolicyArn=call.id)["Policy"]
    return {"arn": policy["Arn"], "name": policy["PolicyName"]}


def _update_policy(call: Call) -> Properties:
    if call.changed("policy"):
        iam = call.aws("iam")
        for each in iam.list_policy_versions(PolicyArn=call.id)["Versions"]:
            if not each["IsDefaultVersion"]:
                iam.delete_policy_version(PolicyArn=call.id, VersionId=each["VersionId"])
        iam.create_policy_version(
            PolicyArn=call.id,
            PolicyDocument=document(call.inputs["policy"]),
            SetAsDefault=True,
        )
    return {}


def _delete_policy(call: Call) -> None:
    iam = call.aws("iam")
    for each in iam.list_policy_versions(PolicyArn=call.id)["Versions"]:
        if not each["IsDefaultVersion"]:
            iam.delete_policy_version(PolicyArn=call.id, VersionId=each["VersionId"])
    iam.delete_policy(PolicyArn=call.id)


POLICY = Handler(
    create=_create_policy,
    read=if_exists(_read_policy),
    update=_update_policy,
    delete=gone_is_fine(_delete_policy),
)


def _put_inline(call: Call) -> Made:
    role, name = str(call.inputs["role"]), str(call.inputs["name"])
    call.aws("iam").put_role_policy(
        RoleName=role, PolicyName=name, PolicyDocument=document(call.inputs["policy"])
    )
    return Made(f"{role}:{name}", {})


def _read_inline(call: Call) -> Properties:
    role, _, name = call.id.partition(":")
    call.aws("iam").get_role_policy(RoleName=role, PolicyName=name)
    return {"role": role, "name": name}


def _delete_inline(call: Call) -> None:
    role, _, name = call.id.partition(":")
    call.aws("iam").delete_role_policy(RoleName=role, PolicyName=name)


def _update_inline(call: Call) -> Properties:
    _put_inline(call)
    return {}


ROLE_POLICY = Handler(
    create=_put_inline,
    read=if_exists(_read_inline),
    update=_update_inline,
    delete=gone_is_fine(_delete_inline),
)


def _attach(call: Call) -> Made:
    role, policy = str(call.inputs["role"]), str(call.inputs["policyArn"])
    call.aws("iam").attach_role_policy(RoleName=role, PolicyArn=policy)
    return Made(f"{role}/{policy}", {})


def _read_attachment(call: Call) -> Properties | None:
    role, _, policy = call.id.partition("/")
    attached = call.aws("iam").list_attached_role_policies(RoleName=role)["AttachedPolicies"]
    found = any(each["PolicyArn"] == policy for each in attached)
    return {"role": role, "policyArn": policy} if found else None


def _detach(call: Call) -> None:
    role, _, policy = call.id.partition("/")
    call.aws("iam").detach_role_policy(RoleName=role, PolicyArn=policy)


ATTACHMENT = Handler(
    create=_attach, read=if_exists(_read_attachment), delete=gone_is_fine(_detach)
)
