"""Translates between the engine's wire format and plain Python values."""

from typing import Any

from google.protobuf import struct_pb2

UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""What the engine sends for a value that only exists after an update."""

_SIGNATURE = "4dabf18193072939515e22adb298388d"
_SECRET = "1b47061264138c4ac30d75fd1eb44270"
_OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
_REFERENCE = "5cf8f73096256a8f31e491e813e4eb8e"

Properties = dict[str, Any]
"""Property name in camelCase → plain value."""


def to_python(value: struct_pb2.Value) -> Any:
    """Return the plain value; secrets and outputs are opened, references become ids."""
    kind = value.WhichOneof("kind")
    if kind == "struct_value":
        return _opened({key: to_python(each) for key, each in value.struct_value.fields.items()})
    if kind == "list_value":
        return [to_python(each) for each in value.list_value.values]
    if kind == "number_value":
        number = value.number_value
        return int(number) if number.is_integer() else number
    if kind == "bool_value":
        return value.bool_value
    if kind == "string_value":
        return value.string_value
    return None


def _opened(fields: Properties) -> Any:
    signature = fields.get(_SIGNATURE)
    if signature == _SECRET:
        return fields.get("value")
    if signature == _OUTPUT:
        return fields.get("value", UNKNOWN)
    if signature == _REFERENCE:
        return fields.get("id") or UNKNOWN
    return fields


def read(struct: struct_pb2.Struct) -> Properties:
    """Return the properties; those without a value are left out."""
    fields = {key: to_python(each) for key, each in struct.fields.items()}
    return {key: value for key, value in fields.items() if value is not None}


def write(properties: Properties) -> struct_pb2.Struct:
    """Return the properties as the engine wants them."""
    struct = struct_pb2.Struct()
    for key, value in properties.items():
        if value is not None:
            _fill(struct.fields[key], value)
    return struct


def _fill(target: struct_pb2.Value, value: Any) -> None:
    if isinstance(value, bool):
        target.bool_value = value
    elif isinstance(value, int | float):
        target.number_value = value
    elif isinstance(value, str):
        target.string_value = value
    elif isinstance(value, dict):
        target.struct_value.SetInParent()
        for key, each in value.items():
            _fill(target.struct_value.fields[key], each)
    elif isinstance(value, list | tuple):
        target.list_value.SetInParent()
        for each in value:
            _fill(target.list_value.values.add(), each)
    else:
        target.null_value = struct_pb2.NULL_VALUE


def has_unknown(value: Any) -> bool:
    """Say whether a value is, or holds, one that is not known yet."""
    if isinstance(value, dict):
        return any(map(has_unknown, value.values()))
    if isinstance(value, list):
        return any(map(has_unknown, value))
    return bool(value == UNKNOWN)
