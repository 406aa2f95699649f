"""The tags of a resource: the provider's defaults under the resource's own."""

from collections.abc import Mapping
from typing import Any

from sandbox.aws.provider.schema import Schema
from sandbox.aws.provider.wire import UNKNOWN, Properties


def has_tags(schema: Schema) -> bool:
    """Say whether AWS tags this type."""
    return "tags" in schema.inputs.fields and "tagsAll" in schema.outputs


def all_tags(schema: Schema, inputs: Properties, defaults: Mapping[str, str]) -> Any:
    """Return `tagsAll`, or UNKNOWN while the program's tags are unknown."""
    own = inputs.get("tags") or {}
    if own == UNKNOWN:
        return UNKNOWN
    return {**defaults, **own}
