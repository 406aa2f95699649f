"""Policy packs and other plugins written in Python, run for the engine with their output."""

import os
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import IO, Any

from pulumi.runtime.proto import language_pb2

from tools.language_host.interpreter import SPAWN


def run(request: Any, context: Any) -> Iterator[Any]:
    """Start the plugin and yield its output as it comes, then its exit code."""
    process = subprocess.Popen(
        _command(request),
        cwd=request.pwd,
        env={**os.environ, **dict(entry.split("=", 1) for entry in request.env)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    # The engine ends a plugin by hanging up.
    context.add_callback(process.kill)
    yield from _output(process)
    yield language_pb2.RunPluginResponse(exitcode=process.wait())


def _command(request: Any) -> list[str]:
    program = request.info.program_directory or request.program
    if "analyzer" in request.kind:
        return [*SPAWN, "pulumi.policy", *request.args, program]
    return [sys.executable, "-u", program, *request.args]


def _output(process: "subprocess.Popen[bytes]") -> Iterator[Any]:
    chunks: queue.Queue[tuple[str, bytes]] = queue.Queue()

    def read(stream: IO[bytes], name: str) -> None:
        while chunk := os.read(stream.fileno(), 65536):
            chunks.put((name, chunk))
        chunks.put((name, b""))

    streams = [(process.stdout, "stdout"), (process.stderr, "stderr")]
    for stream, name in streams:
        if stream is not None:
            threading.Thread(target=read, args=(stream, name), daemon=True).start()
    open_streams = len(streams)
    while open_streams:
        name, chunk = chunks.get()
        if chunk:
            yield _response(name, chunk)
        else:
            open_streams -= 1


def _response(stream: str, chunk: bytes) -> Any:
    if stream == "stdout":
        return language_pb2.RunPluginResponse(stdout=chunk)
    return language_pb2.RunPluginResponse(stderr=chunk)
