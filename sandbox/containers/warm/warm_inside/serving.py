"""The loop of a warm interpreter: it loads modules, and is copied for each container."""

import contextlib
import gc
import os
import select
import selectors
import signal
import socket
import sys
import threading
import traceback
from pathlib import Path

from . import rights
from .becoming import Order, enter
from .loading import Preloading
from .requests import NUMBER, receive, same_user
from .title import be_holder

REQUEST_SECONDS = 10.0
"""How long a client may take to say what it wants."""
FILES = 4
"""A command's input, output and errors, and its client's namespace of process ids."""


class Server:
    """Serves one request after the other; each container's command is a copy of this process."""

    def __init__(self, name: str, memory: Path, packages: str) -> None:
        """`packages` is the folder of what may be loaded: this process has more rights than those
        that run the image's own code.
        """
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(f"\0{name}")
        self._listener.listen(64)
        self._preloading = Preloading(memory, [packages])
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._selector.register(self._preloading, selectors.EVENT_READ)
        self._yields = _can_yield()

    def serve(self) -> Order:
        """Serve for ever; returns in the command of each container, with what that is to be."""
        # Nobody waits for the wrappers here: they tell their clients themselves.
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        while True:
            # Whoever asks comes first; what else will be asked for is loaded in between.
            for key, _ in self._selector.select(0 if self._preloading.pending else None):
                if key.fileobj is self._preloading:
                    self._preloading.learn()
                elif (order := self._accept()) is not None:
                    return order
            if self._preloading.pending:
                self._load_one()

    def _load_one(self) -> None:
        """Behind everything that runs: it is only to be quick for the next one."""
        if not self._yields:
            self._preloading.load_one()
            return
        os.setpriority(os.PRIO_PROCESS, 0, 10)
        try:
            self._preloading.load_one()
        finally:
            os.setpriority(os.PRIO_PROCESS, 0, 0)

    def _accept(self) -> Order | None:
        client, _ = self._listener.accept()
        client.settimeout(REQUEST_SECONDS)
        files: list[int] = []
        try:
            asked = receive(client, files, FILES)
            # A copy has one thread: what others do would be missing in it.
            if not same_user(client) or threading.active_count() > 1:
                return None
            gc.freeze()
            if not rights.fork_in(files[-1]):
                return self._wrap(client, Order(**asked), files)
        except (OSError, ValueError, TypeError) as error:
            sys.stderr.write(f"refused a request: {type(error).__name__}: {error}\n")
        finally:
            client.close()
            for each in files:
                os.close(each)
        return None

    def _wrap(self, client: socket.socket, order: Order, files: list[int]) -> Order:
        """In the copy: become the wrapper of new namespaces; returns in their first process."""
        try:
            self._selector.close()
            self._listener.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os.setsid()
            rights.own_namespaces()
            command = os.fork()
            if command:
                # A pipe ends for its reader when nobody can write to it any more.
                for each in files:
                    os.close(each)
                be_holder()
                _hold(client, command)
            self._preloading.watch()
            enter(order, files[:-1])
        except BaseException:
            # There must never be two servers.
            traceback.print_exc()
            os._exit(125)
        return order


def _hold(client: socket.socket, command: int) -> None:
    """Tell the client how the command ends; kill it should the client end before."""
    client.settimeout(None)
    handle = os.pidfd_open(command)
    with contextlib.suppress(OSError):
        client.sendall(NUMBER.pack(os.getpid()))
    waiting = select.poll()
    for each in (client.fileno(), handle):
        waiting.register(each, select.POLLIN)
    if handle not in {number for number, _ in waiting.poll()}:
        # The client says nothing more: this is its end.
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(handle, signal.SIGKILL)
    code = os.waitstatus_to_exitcode(os.waitpid(command, 0)[1])
    code = code if code >= 0 else 128 - code
    with contextlib.suppress(OSError):
        client.sendall(NUMBER.pack(code))
    os._exit(code)


def _can_yield() -> bool:
    """Whether a process here that made itself less urgent may be as urgent as before again."""
    trial = os.fork()
    if not trial:
        try:
            os.setpriority(os.PRIO_PROCESS, 0, 10)
            os.setpriority(os.PRIO_PROCESS, 0, 0)
        except OSError:
            os._exit(1)
        os._exit(0)
    return os.waitpid(trial, 0)[1] == 0
