"""Parts of a sandbox that cost nothing: what matters in these tests is who keeps them alive."""

import sys

from sandbox.layout import Layout
from sandbox.parts import Part, listens
from sandbox.plan import Plan

LET_GO = "let-go"
"""File with the process id of one that was let go."""
GRANDCHILD = """
import subprocess, sys, time
# In a session of its own, so that no signal to a process group reaches it.
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)", sys.argv[1]],
                 start_new_session=True)
# Ends soon, and its parent before it.
subprocess.run(["sh", "-c", 'sleep 0.5 & echo $! > "$0"', sys.argv[2]])
time.sleep(600)
"""


def parts(layout: Layout, plan: Plan) -> list[Part]:
    """A forgetful server, one that waits for it, and one with a grandchild that would escape."""
    return [
        _server("memory", layout.aws_port, forgets=True),
        _server("disk", layout.registry_port, depends_on=("memory",)),
        Part(
            name="parent",
            argv=(
                *(sys.executable, "-c", GRANDCHILD),
                *(f"grandchild-of-{layout.root}", str(layout.root / LET_GO)),
            ),
        ),
    ]


def broken(layout: Layout, plan: Plan) -> list[Part]:
    """One part that says why and ends."""
    complaint = "import sys; sys.exit('the disk of this part is on fire')"
    return [
        _server("memory", layout.aws_port),
        Part(name="burning", argv=(sys.executable, "-c", complaint), ready=lambda: False),
    ]


def _server(
    name: str, port: int, *, forgets: bool = False, depends_on: tuple[str, ...] = ()
) -> Part:
    command = (sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1")
    return Part(
        name=name,
        argv=command,
        ready=listens(port),
        ports=(port,),
        forgets=forgets,
        depends_on=depends_on,
    )


def provider(layout: Layout, plan: Plan) -> list[Part]:
    """Only what the engine needs: somebody who answers for resources."""
    port = layout.aws_provider_port
    return [
        Part(
            name="provider",
            argv=(sys.executable, "-m", "tests.sandbox.tiny_provider", str(port)),
            ready=listens(port),
            ports=(port,),
            forgets=True,
        )
    ]
