"""What of an object is secret on its way to the engine."""

from typing import Any

from google.protobuf import struct_pb2

from sandbox.aws.provider import wire
from sandbox.kubernetes.provider.objects import secret_parts

_SIGNATURE, _SECRET = "4dabf18193072939515e22adb298388d", "1b47061264138c4ac30d75fd1eb44270"


def write(properties: dict[str, Any], kind: str) -> struct_pb2.Struct:
    """The properties as the engine wants them, with what is always secret marked so."""
    hidden = secret_parts(kind)
    return wire.write(
        {
            key: {_SIGNATURE: _SECRET, "value": value}
            if key in hidden and value is not None and value != wire.UNKNOWN
            else value
            for key, value in properties.items()
        }
    )
