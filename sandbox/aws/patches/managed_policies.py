"""Fact: moto knows AWS's managed policies only if it loads all 1,500 into every account."""

import functools
import json
import re
from typing import Any

from moto.iam.aws_managed_policies import aws_managed_policies_data
from moto.iam.models import AWSManagedPolicy, IAMBackend

from sandbox.aws.patches.replacing import replace

_ARN = re.compile(r"arn:aws:iam::aws:policy/(?:.*/)?([^/]+)")


@functools.cache
def _all() -> dict[str, Any]:
    data: dict[str, Any] = json.loads(aws_managed_policies_data)
    return data


def _load(backend: Any, arn: str) -> None:
    match = _ARN.fullmatch(arn)
    if match is None or arn in backend.managed_policies:
        return
    data = _all().get(match.group(1))
    if data is not None:
        policy = AWSManagedPolicy.from_data(
            match.group(1), backend.account_id, backend.region_name, data
        )
        backend.managed_policies[policy.arn] = policy


def apply() -> None:
    """Load a managed policy when it is first named; a name that AWS has not stays unknown."""
    attach, get = IAMBackend.attach_role_policy, IAMBackend.get_policy

    def load_and_attach(self: Any, policy_arn: str, role_name: str) -> None:
        _load(self, policy_arn)
        attach(self, policy_arn, role_name)

    def load_and_get(self: Any, policy_arn: str) -> Any:
        _load(self, policy_arn)
        return get(self, policy_arn)

    replace(IAMBackend, "attach_role_policy", load_and_attach)
    replace(IAMBackend, "get_policy", load_and_get)
