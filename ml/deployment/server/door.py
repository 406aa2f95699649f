"""Closes a listening socket without resetting callers that the kernel has already let in.

Closing it outright resets every connection that waits to be accepted, and the request on it. So
new connections are first dropped by a packet filter; those that wait are accepted as usual; then
the socket can be closed.
"""

from __future__ import annotations

import ctypes
import socket
import struct

_SO_ATTACH_FILTER = 26
_DROP_EVERYTHING = struct.pack("HBBI", 0x06, 0, 0, 0)
"""Classic BPF: return 0, keep no byte of any packet."""


def refuse_newcomers(listener: socket.socket) -> bool:
    """Let nobody else in; False where the kernel offers no packet filters."""
    program = ctypes.create_string_buffer(_DROP_EVERYTHING)
    try:
        listener.setsockopt(
            socket.SOL_SOCKET,
            _SO_ATTACH_FILTER,
            struct.pack("HL", 1, ctypes.addressof(program)),
        )
    except OSError:
        return False
    return True
