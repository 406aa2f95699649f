"""What the locked SDK does at a cost that grows with the stack, done once.

Each replacement keeps what the SDK promises; a test holds it against the original.
"""

import asyncio
import sys
from collections.abc import Iterable
from pathlib import Path
from types import FrameType, SimpleNamespace
from typing import Any

import pulumi.runtime.resource
import pulumi.runtime.stack
from pulumi.runtime.proto import source_pb2

# Resource, then CustomResource or ComponentResource, then the class that the program names.
_CONSTRUCTORS = 3


def make_lean() -> None:
    """Replace what is slow, in this process."""
    stack: Any = pulumi.runtime.stack
    stack.asyncio = SimpleNamespace(
        **{name: getattr(asyncio, name) for name in asyncio.__all__} | {"wait": wait_for_all}
    )
    pulumi.runtime.resource._get_stack_trace = line_of_program


def line_of_program() -> source_pb2.StackTrace:
    """Return the one frame in which the program made the resource.

    The SDK sends the whole stack. Nothing reads it, it names the machine's folders, and the
    engine writes every resource's again after every step: it was 44 % of the state.
    """
    frame: FrameType | None = sys._getframe(1)
    seen = 0
    while frame is not None and seen < _CONSTRUCTORS:
        seen += frame.f_code.co_name == "__init__"
        frame = frame.f_back
    if frame is None:
        return source_pb2.StackTrace()
    file = Path(frame.f_code.co_filename)
    if not file.is_absolute():
        return source_pb2.StackTrace()
    position = source_pb2.SourcePosition(uri=file.as_uri(), line=frame.f_lineno)
    return source_pb2.StackTrace(frames=[source_pb2.StackFrame(pc=position)])


async def wait_for_all(outputs: Iterable[Any], *, return_when: str) -> Any:
    """Wait until all have ended or one has failed.

    The SDK waits for the first to end, looks at it and waits for the rest, until none is left:
    thousands of outputs, each time all of them.
    """
    when = asyncio.FIRST_EXCEPTION if return_when == asyncio.FIRST_COMPLETED else return_when
    return await asyncio.wait(outputs, return_when=when)
