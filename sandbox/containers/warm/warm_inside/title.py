"""What others see of this process: its name, its command, its variables."""

import ctypes
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

_libc = ctypes.CDLL(None, use_errno=True)
_SET_NAME, _SET_MM, _MM_MAP = 15, 35, 14
HOLDER = "container"
"""The supervisor of a sandbox knows by this name whom it need not end."""
_kept: list[ctypes.Array[ctypes.c_char]] = []
"""The kernel reads from it for as long as the process lives."""
_NUMBERS = (
    "start_code", "end_code", "start_data", "end_data", "start_brk", "brk", "start_stack",
    "arg_start", "arg_end", "env_start", "env_end", "auxv",
)  # fmt: skip
_IN_STAT = {
    "start_code": 26, "end_code": 27, "start_stack": 28, "start_data": 45, "end_data": 46,
    "start_brk": 47,
}  # fmt: skip
"""Where `proc(5)` counts them, from 1."""


class _Map(ctypes.Structure):
    """`struct prctl_mm_map`: where the parts of a process lie in its memory."""

    _fields_ = (
        *((name, ctypes.c_uint64) for name in _NUMBERS),
        ("auxv_size", ctypes.c_uint32),
        ("exe_fd", ctypes.c_uint32),
    )


def be_holder() -> None:
    """Be known as a process that ends by itself when whoever asked for its container does."""
    _libc.prctl(_SET_NAME, HOLDER.encode(), 0, 0, 0)


def call_itself(argv: Sequence[str], env: Mapping[str, str]) -> bool:
    """Show this command and its variables; says whether the kernel allowed it.

    A copy has its own command nowhere in memory, so it tells the kernel where to read instead.
    """
    words = b"".join(os.fsencode(each) + b"\0" for each in argv)
    variables = b"".join(os.fsencode(f"{key}={value}") + b"\0" for key, value in env.items())
    text = ctypes.create_string_buffer(words + variables, len(words) + len(variables) + 1)
    start = ctypes.addressof(text)
    middle = start + len(words)
    # The name of the program may hold spaces and brackets; what is meant comes after it.
    fields = Path("/proc/self/stat").read_text().rpartition(") ")[2].split()
    _libc.sbrk.restype = ctypes.c_void_p
    places = _Map(
        **{name: int(fields[number - 3]) for name, number in _IN_STAT.items()},
        brk=_libc.sbrk(0) or 0,
        arg_start=start,
        arg_end=middle,
        env_start=middle,
        env_end=middle + len(variables),
        exe_fd=0xFFFFFFFF,
    )
    size = ctypes.c_ulong(ctypes.sizeof(places))
    done = _libc.prctl(_SET_MM, ctypes.c_ulong(_MM_MAP), ctypes.byref(places), size, 0)
    if done == 0:
        _kept.append(text)
    return bool(done == 0)
