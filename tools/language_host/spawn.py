"""Runs a module as `python -u -m` would, in a prepared interpreter where there is one.

Loading an SDK of thousands of resource classes takes seconds of a processor, for every program of
every stack anew. The fork server of a sandbox has loaded it once; a program then begins at once.
Without one (on AWS, in CI of a cloud account) this becomes a plain interpreter.

The file is run by path, without site-packages: it imports little, because every millisecond here
is paid before each program.
"""

import contextlib
import json
import os
import select
import signal
import socket
import struct
import sys
from collections.abc import Sequence

SANDBOX = "MODELYARD_SANDBOX_ROOT"
"""Set inside a sandbox: the folder that names its fork server."""
CODE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PASSED_ON = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
STATUS = struct.Struct("!i")
"""What the server says last: the exit status, negative for a signal, as `subprocess` has it."""
READY = b"+"
"""What the server says first, once a process runs with our files."""


def address(root: str) -> str:
    """The name of a sandbox's fork server: abstract, so no path is too long for it."""
    return f"\0modelyard-fork-server:{os.path.realpath(root)}"


def same_user(connection: socket.socket) -> bool:
    """Say whether the other end runs as this user: an abstract name has no permissions."""
    peer = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    return bool(struct.unpack("3i", peer)[1] == os.getuid())


def main(module: str, arguments: Sequence[str]) -> int:
    """Run the module to its end and return its exit status; may become the interpreter itself."""
    paths = [CODE, *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
    os.environ["PYTHONPATH"] = os.pathsep.join(dict.fromkeys(paths))
    connection = _ask(module, arguments)
    if connection is None:
        os.execv(sys.executable, [sys.executable, "-u", "-m", module, *arguments])
    with connection:
        return _follow(connection)


def _ask(module: str, arguments: Sequence[str]) -> socket.socket | None:
    """Have the process started with our files, folder and variables; None where nobody can."""
    root = os.environ.get(SANDBOX)
    if not root:
        return None
    request = json.dumps({
        "python": sys.executable,
        "module": module,
        "arguments": list(arguments),
        "directory": os.getcwd(),
        "environment": dict(os.environ),
        "umask": _umask(),
    }).encode()  # fmt: skip
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.connect(address(root))
        if same_user(connection):
            socket.send_fds(connection, [STATUS.pack(len(request))], [0, 1, 2])
            connection.sendall(request)
            if connection.recv(1) == READY:
                return connection
    except OSError:
        pass
    connection.close()
    return None


def _umask() -> int:
    now = os.umask(0)
    os.umask(now)
    return now


def _follow(connection: socket.socket) -> int:
    """Pass signals on until the process ends; the server kills it should this one be killed."""
    waking, wakes = os.pipe()
    os.set_blocking(wakes, False)
    signal.set_wakeup_fd(wakes)
    for number in PASSED_ON:
        signal.signal(number, lambda *_: None)
    said = b""
    while True:
        ready, _, _ = select.select([waking, connection.fileno()], [], [])
        if waking in ready:
            with contextlib.suppress(OSError):
                connection.sendall(os.read(waking, 64))
        if connection.fileno() in ready:
            part = connection.recv(STATUS.size - len(said))
            said += part
            if len(said) == STATUS.size:
                return int(STATUS.unpack(said)[0])
            if not part:
                sys.stderr.write("The sandbox's fork server ended under a running program.\n")
                return 1


if __name__ == "__main__":
    status = main(sys.argv[1], sys.argv[2:])
    if status < 0:
        if -status in PASSED_ON:
            signal.signal(-status, signal.SIG_DFL)
        os.kill(os.getpid(), -status)
    sys.exit(status)
