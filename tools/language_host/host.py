"""The engine's questions to a language, answered for Python."""

import os
import platform
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

from google.protobuf import empty_pb2
from pulumi.runtime.proto import language_pb2, language_pb2_grpc, plugin_pb2

from tools.language_host import plugin, program
from tools.pins import PULUMI

LOGGED = 32
"""Exit code of a program that has told the user itself what went wrong."""


class Host(language_pb2_grpc.LanguageRuntimeServicer):
    """Runs each program in a process of its own, with this interpreter."""

    def __init__(self, engine: str) -> None:
        self._engine = engine
        self._running: set[subprocess.Popen[bytes]] = set()
        self._cancelled = self._interrupted = self._abandoned = False

    def interrupt(self) -> None:
        """Handle SIGINT: how the engine asks a plugin to leave, but also Ctrl-C in the terminal.

        Ctrl-C is the engine's business as long as it holds on to a program that runs here.
        """
        self._interrupted = True
        if self._abandoned or not self._running:
            os._exit(0)

    def _abandon(self, process: "subprocess.Popen[bytes]") -> None:
        """End a program whose engine hung up; the engine then waits for this process to leave."""
        if process.poll() is None:
            process.kill()
            self._abandoned = True
            if self._interrupted:
                os._exit(0)

    def Handshake(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Learn where the engine listens."""
        self._engine = request.engine_address or self._engine
        return language_pb2.LanguageHandshakeResponse()

    def GetPluginInfo(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Name the engine version that this host was written for."""
        return plugin_pb2.PluginInfo(version=PULUMI)

    def About(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Name the interpreter, for `pulumi about`."""
        version = platform.python_version()
        return language_pb2.AboutResponse(executable=sys.executable, version=version)

    def GetRequiredPackages(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Ask for no provider: the engine attaches to those that already run."""
        return language_pb2.GetRequiredPackagesResponse()

    def GetRequiredPlugins(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Ask for no provider, in the older form of the question."""
        return language_pb2.GetRequiredPluginsResponse()

    def GetProgramDependencies(self, request: Any, context: Any) -> Any:  # noqa: N802
        """List nothing: the lock file is the list."""
        return language_pb2.GetProgramDependenciesResponse()

    def RuntimeOptionsPrompts(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Ask the user nothing."""
        return language_pb2.RuntimeOptionsResponse()

    def InstallDependencies(self, request: Any, context: Any) -> Iterator[Any]:  # noqa: N802
        """Install nothing: the environment of this interpreter is complete."""
        yield language_pb2.InstallDependenciesResponse()

    def Run(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Run the program; an error that it logged itself is not reported a second time."""
        process = program.start(request, self._engine)
        self._running.add(process)
        context.add_callback(lambda: self._abandon(process))
        code = process.wait()
        self._running.discard(process)
        if code == 0:
            return language_pb2.RunResponse()
        if code == LOGGED or self._cancelled:
            return language_pb2.RunResponse(bail=True)
        return language_pb2.RunResponse(error=f"the program ended with exit code {code}")

    def RunPlugin(self, request: Any, context: Any) -> Iterator[Any]:  # noqa: N802
        """Run a policy pack or another plugin written in Python, passing its output on."""
        yield from plugin.run(request, context)

    def Cancel(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Stop what runs; the engine has decided that the operation is over."""
        self._cancelled = True
        for process in list(self._running):
            process.terminate()
        return empty_pb2.Empty()
