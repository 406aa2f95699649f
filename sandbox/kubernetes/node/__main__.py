"""Run one environment's node in namespaces of its own, so that it ends without a trace.

`python -m sandbox.kubernetes.node ROOT ENVIRONMENT`
"""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

from sandbox.containers.isolation import isolation
from sandbox.containers.process import Process
from sandbox.errors import SandboxError
from sandbox.layout import Layout

_WAIT = '"$@" & wait $!'
_INSIDE = "--inside"


def _wrap(argv: list[str]) -> int:
    """Start ourselves again inside; killing this process ends everything in there."""
    how = isolation()
    setpriv = shutil.which("setpriv") or "setpriv"
    tied = [setpriv, "--pdeathsig", "KILL", "--"]
    command = [sys.executable, "-m", "sandbox.kubernetes.node", *argv, _INSIDE]
    # The first child of the shell is process 1 of the new namespace, with a /proc to match.
    prepared = ["/bin/sh", "-c", 'mount -t proc proc /proc && exec "$@"', "node", *command]
    wrapper = subprocess.Popen(
        [*how.unshare, *tied, "/bin/sh", "-c", _WAIT, "node", *tied, *prepared],
        stdin=subprocess.DEVNULL,
    )
    process = Process(wrapper, env=os.environ, enter=())
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: process.terminate())
    return process.wait()


def main(argv: list[str]) -> int:
    """Run the node; returns an exit code."""
    root, name = argv[:2]
    if _INSIDE not in argv and isolation().mounts:
        return _wrap(argv)
    from sandbox.kubernetes.node.inside import run

    try:
        layout = Layout.load(Path(root))
        return run(layout, layout.environment(name))
    except SandboxError as error:
        sys.stderr.write(f"{error}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
