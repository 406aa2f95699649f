"""Offer the runtime to the kubelet on a socket."""

import re
from collections.abc import Callable
from concurrent import futures
from pathlib import Path
from typing import Any

import grpc

from sandbox.kubernetes.runtime.cri import api_pb2 as cri


class Refusal(Exception):  # noqa: N818
    """An answer that is an error: one of gRPC's status codes and a text for the pod's events."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = grpc.StatusCode[code]


def serve(socket: Path, services: dict[str, object]) -> grpc.Server:
    """Start a server for `RuntimeService` and `ImageService`; calls not written are refused."""
    # Stopping a pod holds a thread for its grace period.
    server = grpc.server(futures.ThreadPoolExecutor(128, thread_name_prefix="runtime"))
    for name, service in services.items():
        described = cri.DESCRIPTOR.services_by_name[name]
        handlers = {
            method.name: _handler(getattr(service, _snake(method.name)), method)
            for method in described.methods
            if hasattr(service, _snake(method.name))
        }
        server.add_generic_rpc_handlers(
            (grpc.method_handlers_generic_handler(described.full_name, handlers),)
        )
    socket.unlink(missing_ok=True)
    server.add_insecure_port(f"unix://{socket}")
    server.start()
    return server


def _snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def _handler(behaviour: Callable[[Any], Any], method: Any) -> Any:
    def answer(request: Any, context: grpc.ServicerContext) -> Any:
        try:
            return behaviour(request)
        except Refusal as refusal:
            return context.abort(refusal.code, str(refusal))

    return grpc.unary_unary_rpc_method_handler(
        answer,
        request_deserializer=getattr(cri, method.input_type.name).FromString,
        response_serializer=getattr(cri, method.output_type.name).SerializeToString,
    )
