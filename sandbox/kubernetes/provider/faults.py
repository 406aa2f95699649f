"""How failures reach the engine: in the API server's words, half-made objects kept."""

import functools
import sys
import traceback
from collections.abc import Callable
from typing import Any

import grpc
from pulumi.runtime.proto import provider_pb2 as messages
from pulumi.runtime.proto import status_pb2

from sandbox.errors import SandboxError
from sandbox.kubernetes.provider.operations import HalfMadeError
from sandbox.kubernetes.provider.secrets import write

_DETAILS = "grpc-status-details-bin"


def _told(context: Any, error: HalfMadeError) -> None:
    """The object exists but does not work: the engine keeps it and repairs it next time."""
    detail = messages.ErrorResourceInitFailed(
        id=error.id,
        properties=write(error.outputs, error.kind),
        reasons=[str(error)],
        inputs=write(error.inputs, error.kind),
    )
    status = status_pb2.Status(code=grpc.StatusCode.UNKNOWN.value[0], message=str(error))
    status.details.add().Pack(detail)
    context.set_trailing_metadata(((_DETAILS, status.SerializeToString()),))
    context.abort(grpc.StatusCode.UNKNOWN, str(error))


def explained(method: Callable[..., Any]) -> Callable[..., Any]:
    """Turn an exception into a gRPC error that says what the API server said."""

    @functools.wraps(method)
    def call(self: Any, request: Any, context: Any) -> Any:
        try:
            return method(self, request, context)
        except HalfMadeError as error:
            return _told(context, error)
        except SandboxError as error:
            message = str(error)
        except Exception as error:
            traceback.print_exception(error, file=sys.stderr)
            message = f"{method.__name__} failed in the sandbox: {error!r}"
        return context.abort(grpc.StatusCode.UNKNOWN, message)

    return call
