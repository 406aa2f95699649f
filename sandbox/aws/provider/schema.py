"""The inputs and outputs of each resource type, found in the SDK by the type's token."""

import functools
import importlib
import inspect
import json
import re
import threading
import typing
from dataclasses import dataclass
from pathlib import Path

import pulumi._types as sdk

from sandbox.aws.provider.shapes import ObjectOf, Shape, shape_of

_importing = threading.RLock()


@dataclass(frozen=True)
class Schema:
    """One resource type."""

    token: str
    inputs: ObjectOf
    outputs: dict[str, Shape]
    computed: frozenset[str]
    """Outputs that AWS always answers, set by the program or not."""


class UnknownTypeError(LookupError):
    """The SDK has no such resource type."""


@functools.cache
def _classes() -> dict[str, tuple[str, str]]:
    import pulumi_aws

    source = Path(str(pulumi_aws.__file__)).read_text()
    table = re.search(r'resource_modules="""\s*(\[.*?\n\])\s*"""', source, re.DOTALL)
    if table is None:
        raise RuntimeError("pulumi_aws registers its resources in a way this sandbox cannot read")
    return {
        token: (each["fqn"], name)
        for each in json.loads(table.group(1))
        for token, name in each["classes"].items()
    }


def schema_of(token: str) -> Schema:
    """Return the schema of a type such as `aws:s3/bucket:Bucket`."""
    with _importing:
        return _schema_of(token)


@functools.cache
def _schema_of(token: str) -> Schema:
    if token not in _classes():
        raise UnknownTypeError(f"pulumi_aws has no resource type {token}")
    package, name = _classes()[token]
    resource = getattr(importlib.import_module(package), name)
    module = inspect.getmodule(resource)
    arguments = getattr(module, f"{name}InitArgs", None) or getattr(module, f"{name}Args")
    return Schema(
        token=token,
        inputs=ObjectOf(arguments),
        outputs={key: shape_of(each) for key, each in sdk.resource_types(resource).items()},
        computed=frozenset(_always_answered(resource)),
    )


def _always_answered(resource: type) -> typing.Iterator[str]:
    names = sdk.resource_py_to_pulumi_names(resource)
    for name, each in vars(resource).items():
        if isinstance(each, property) and each.fget is not None and name in names:
            annotation = inspect.signature(each.fget).return_annotation
            inner = (typing.get_args(annotation) or (None,))[0]
            if type(None) not in typing.get_args(inner):
                yield names[name]
