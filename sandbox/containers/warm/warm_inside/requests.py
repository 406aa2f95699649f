"""What a fork server is asked: a length, JSON, and the files that come with it."""

import json
import os
import socket
import struct
from typing import Any

NUMBER = struct.Struct("!i")
"""How lengths, process ids and exit codes are written."""


def receive(client: socket.socket, files: list[int], number: int) -> dict[str, Any]:
    """Read a request; its files are added to `files`, to be closed there.

    Raises ConnectionAbortedError where a part of it, or one of so many files, does not come.
    """
    head, received, _, _ = socket.recv_fds(client, NUMBER.size, number)
    files += received
    if len(head) < NUMBER.size or len(files) != number:
        raise ConnectionAbortedError("no request")
    left = NUMBER.unpack(head)[0]
    parts = []
    while left > 0:
        part = client.recv(min(left, 65536))
        if not part:
            raise ConnectionAbortedError("the client left in the middle")
        parts.append(part)
        left -= len(part)
    found: dict[str, Any] = json.loads(b"".join(parts))
    return found


def same_user(connection: socket.socket) -> bool:
    """Say whether the other end runs as this user: an abstract name has no permissions."""
    peer = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    return bool(struct.unpack("3i", peer)[1] == os.getuid())
