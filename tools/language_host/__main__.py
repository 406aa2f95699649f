"""The process that the engine starts as `pulumi-language-python`: says its port, then serves."""

import os
import signal
import sys
from concurrent import futures

import grpc
from pulumi.runtime._grpc_settings import _GRPC_CHANNEL_OPTIONS
from pulumi.runtime.proto import language_pb2_grpc

from tools.language_host.host import Host


def main() -> None:
    """Serve until the engine goes away."""
    addresses = [word for word in sys.argv[1:] if not word.startswith("-")]
    server = grpc.server(futures.ThreadPoolExecutor(16), options=_GRPC_CHANNEL_OPTIONS)
    host = Host(engine=addresses[0] if addresses else "")
    signal.signal(signal.SIGINT, lambda *_: host.interrupt())
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    language_pb2_grpc.add_LanguageRuntimeServicer_to_server(host, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    # The engine reads the first line of output as the port.
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    while True:  # the main thread must stay able to run the signal handlers
        signal.pause()


main()
