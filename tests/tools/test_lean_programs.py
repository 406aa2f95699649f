"""What the language host replaces in the SDK tells the same, at a cost that does not grow."""

import asyncio
from collections.abc import Callable
from typing import Any

import pulumi
import pytest
from pulumi.runtime import resource, stack
from pulumi.runtime.proto import source_pb2

from tools.language_host import lean

_SDK = resource._get_stack_trace


class _Base:
    """Stands where `Resource` does: here the SDK asks for the stack."""

    def __init__(self) -> None:
        self.sdk: source_pb2.StackTrace = _SDK()
        self.lean = lean.line_of_program()


class _Custom(_Base):
    def __init__(self) -> None:
        super().__init__()


class _Bucket(_Custom):
    def __init__(self) -> None:
        self._internal_init()

    def _internal_init(self) -> None:
        super().__init__()


def test_a_resource_comes_from_the_line_of_the_program_that_made_it() -> None:
    made = _Bucket()

    assert made.lean.frames[0] == made.sdk.frames[0]
    assert made.lean.frames[0].pc.uri.endswith("test_lean_programs.py")


def test_the_folders_of_the_machine_are_not_in_the_state() -> None:
    made = _Bucket()

    assert len(made.lean.frames) == 1
    assert len(made.sdk.frames) > 10


def test_a_call_from_nowhere_has_no_line() -> None:
    assert lean.line_of_program() == source_pb2.StackTrace()


@pytest.fixture
def leanly(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The replacements in this process, and how many outputs each wait was given."""
    waits: list[int] = []

    async def counted(outputs: Any, *, return_when: str) -> Any:
        waits.append(len(outputs))
        return await lean.wait_for_all(outputs, return_when=return_when)

    for module, name in ((resource, "_get_stack_trace"), (stack, "asyncio")):
        monkeypatch.setattr(module, name, getattr(module, name))
    lean.make_lean()
    stack.asyncio.wait = counted
    return waits


def _run(program: Callable[[], None]) -> None:
    """Run it as the SDK does: to its end, then to the end of what it left."""

    async def whole() -> None:
        program()
        await stack.wait_for_rpcs()

    asyncio.run(asyncio.wait_for(whole(), timeout=20))


def test_outputs_that_end_one_after_the_other_are_waited_for_together(leanly: list[int]) -> None:
    seen: list[int] = []

    async def later(number: int) -> int:
        await asyncio.sleep(number / 1000)
        seen.append(number)
        return number

    def program() -> None:
        for number in range(50):
            pulumi.Output.from_input(later(number))

    _run(program)

    assert sorted(seen) == list(range(50))
    assert len(leanly) < 10, f"{len(leanly)} waits for 50 outputs"


def test_the_first_failure_ends_the_program(leanly: list[int]) -> None:
    async def fail() -> int:
        raise ValueError("no such subnet")

    def program() -> None:
        pulumi.Output.from_input(asyncio.sleep(0.01))
        pulumi.Output.from_input(fail())

    with pytest.raises(ValueError, match="no such subnet"):
        _run(program)
    assert leanly
