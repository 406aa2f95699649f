"""Serve the Kubernetes provider of a sandbox: `python -m sandbox.kubernetes.provider ROOT`."""

import sys
from concurrent import futures
from pathlib import Path

import grpc
from pulumi.runtime._grpc_settings import _GRPC_CHANNEL_OPTIONS
from pulumi.runtime.proto import provider_pb2_grpc

from sandbox.kubernetes.provider.clusters import Clusters
from sandbox.kubernetes.provider.servicer import Provider
from sandbox.layout import Layout


def serve(layout: Layout, port: int) -> tuple[grpc.Server, int]:
    """Start the server; returns it with its port."""
    # A roll-out holds a thread while it is awaited.
    pool = futures.ThreadPoolExecutor(64, thread_name_prefix="provider")
    server = grpc.server(pool, options=_GRPC_CHANNEL_OPTIONS)
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(Provider(Clusters(layout)), server)
    bound = server.add_insecure_port(f"127.0.0.1:{port}")
    server.start()
    return server, bound


if __name__ == "__main__":
    chosen = Layout.load(Path(sys.argv[1]))
    serve(chosen, chosen.kubernetes_provider_port)[0].wait_for_termination()
