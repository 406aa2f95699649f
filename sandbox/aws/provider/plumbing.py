"""What every provider answers the same way, and how failures reach the engine."""

import functools
import json
import sys
import traceback
from collections.abc import Callable, Sequence
from typing import Any

import grpc
from botocore.exceptions import BotoCoreError, ClientError
from google.protobuf import empty_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2_grpc
from pulumi.runtime.proto import provider_pb2 as messages

from sandbox.aws.provider.checking import mistakes
from sandbox.aws.provider.configuration import decoded
from sandbox.aws.provider.shapes import ObjectOf
from sandbox.aws.provider.wire import read

_ENGINE_OWNED = {"version", "pluginDownloadURL", "parameterization"}


def _told(error: Exception) -> str:
    if isinstance(error, ClientError):
        detail = error.response["Error"]
        return f"{error.operation_name}: {detail.get('Code')}: {detail.get('Message')}"
    return f"{type(error).__name__}: {error}" if not str(error) else str(error)


def explained(method: Callable[..., Any]) -> Callable[..., Any]:
    """Turn an exception into a gRPC error that names the resource."""

    @functools.wraps(method)
    def call(self: Any, request: Any, context: Any) -> Any:
        try:
            return method(self, request, context)
        except (ClientError, LookupError, ValueError, RuntimeError) as error:
            message = f"{method.__name__.lower()} {getattr(request, 'urn', '')}: {_told(error)}"
        except (BotoCoreError, Exception) as error:
            traceback.print_exception(error, file=sys.stderr)
            message = f"{method.__name__.lower()} failed in the sandbox: {error!r}"
        context.abort(grpc.StatusCode.UNKNOWN, message)

    return call


def failures(found: Sequence[tuple[str, str]]) -> list[Any]:
    """Return mistakes as the engine shows them."""
    # With a property named, the engine would print that property's whole value.
    return [messages.CheckFailure(reason=f"{path}: {why}") for path, why in found]


class Plumbing(provider_pb2_grpc.ResourceProviderServicer):
    """The calls that concern the provider itself."""

    def __init__(self, version: str) -> None:
        self._version = version

    def Handshake(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Secrets and references arrive opened; the engine marks outputs secret by itself."""
        return messages.ProviderHandshakeResponse(supports_autonaming_configuration=True)

    def Attach(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Accept the engine."""
        return empty_pb2.Empty()

    def Cancel(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Let what runs end by itself: every call is short."""
        return empty_pb2.Empty()

    def GetPluginInfo(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Tell the version that the SDK asks for."""
        return plugin_pb2.PluginInfo(version=self._version)

    def GetSchema(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Tell the name; Python programs never ask for more."""
        return messages.GetSchemaResponse(
            schema=json.dumps({"name": "aws", "version": self._version})
        )

    def GetMapping(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Map nothing."""
        return messages.GetMappingResponse()

    @explained
    def CheckConfig(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Refuse settings that the SDK's provider does not have."""
        from pulumi_aws import ProviderArgs

        settings = {key: decoded(value) for key, value in read(request.news).items()}
        known = {key: value for key, value in settings.items() if key not in _ENGINE_OWNED}
        loose = {key: v for key, v in known.items() if not isinstance(v, str)}
        strict = {key: v for key, v in known.items() if isinstance(v, str)}
        found = [
            *mistakes(loose, ObjectOf(ProviderArgs)),
            *(
                (path, why)
                for path, why in mistakes(strict, ObjectOf(ProviderArgs))
                if why.startswith("unknown")
            ),
        ]
        return messages.CheckResponse(inputs=request.news, failures=failures(found))

    def DiffConfig(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Let the engine compare; nothing in a provider's settings replaces its resources."""
        return messages.DiffResponse()
