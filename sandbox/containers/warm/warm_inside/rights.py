"""Namespaces and rights of this very process, by the kernel's own calls."""

import ctypes
import os
import signal
from collections.abc import Sequence

_libc = ctypes.CDLL(None, use_errno=True)
_NEW_MOUNTS, _NEW_PIDS = 0x00020000, 0x20000000
_PDEATHSIG, _DUMPABLE, _BOUNDING_DROP, _NO_NEW_PRIVS, _AMBIENT = 1, 4, 24, 38, 47
_AMBIENT_CLEAR_ALL = 4
_CAPABILITIES_VERSION_3 = 0x20080522
_CAPABILITIES = 64
"""More than there are: the kernel refuses the numbers that mean nothing."""


def fork_in(process_ids: int) -> int:
    """Fork into the namespace of process ids that this file number stands for.

    A node has one of its own: only there does the number of a process mean anything to it, and
    what was born there ends with it.
    """
    own = os.open("/proc/self/ns/pid", os.O_RDONLY)
    elsewhere, child = not os.path.sameopenfile(own, process_ids), -1
    try:
        if elsewhere:
            _must(_libc.setns(process_ids, _NEW_PIDS), "setns")
        child = os.fork()
    finally:
        # Also after a fork that failed: the next child may belong here.
        if child and elsewhere:
            _must(_libc.setns(own, _NEW_PIDS), "setns")
        os.close(own)
    return child


def own_namespaces() -> None:
    """Give this process mounts of its own, and its next child process ids of its own."""
    _must(_libc.unshare(_NEW_MOUNTS | _NEW_PIDS), "unshare")


def die_with_parent() -> None:
    """Have this process killed when its parent ends; a change of user forgets it."""
    _must(_prctl(_PDEATHSIG, int(signal.SIGKILL)), "prctl(PR_SET_PDEATHSIG)")


def give_up(user: int | None, groups: Sequence[int]) -> None:
    """Become the user, if one is named, without capabilities and without a way back to them."""
    for number in range(_CAPABILITIES):
        _prctl(_BOUNDING_DROP, number)
    if user is not None:
        os.setgroups(groups)
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
    _prctl(_AMBIENT, _AMBIENT_CLEAR_ALL)
    head = (ctypes.c_uint32 * 2)(_CAPABILITIES_VERSION_3, 0)
    nothing = (ctypes.c_uint32 * 6)()
    _must(_libc.capset(head, nothing), "capset")
    _must(_prctl(_NO_NEW_PRIVS, 1), "prctl(PR_SET_NO_NEW_PRIVS)")
    # Whoever changes its user counts as secretive; a process that was started anew does not.
    _prctl(_DUMPABLE, 1)
    die_with_parent()


def _prctl(option: int, *arguments: int) -> int:
    given = (*arguments, 0, 0, 0, 0)[:4]
    return int(_libc.prctl(option, *map(ctypes.c_ulong, given)))


def _must(result: int, what: str) -> None:
    if result:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
