"""All resources of the tracked stacks, as the rules see them."""

from __future__ import annotations

from functools import cache

from policy.rule import Resource
from tests.infra.stacks import platform_of, releases_of


@cache
def inventory(environment: str) -> tuple[Resource, ...]:
    """Platform and releases of one environment together."""
    deployments = (platform_of(environment), releases_of(environment))
    return tuple(
        Resource(type=each.type, name=each.name, inputs=each.inputs)
        for deployment in deployments
        for each in deployment.resources.values()
    )
