"""What `modelyard diagnose` bundled, and small servers that it asks."""

import json
import tarfile
import threading
from http.server import HTTPServer
from pathlib import Path
from typing import Any

import pytest

from modelyard.errors import ExitCode
from sandbox import Layout
from tests.modelyard.keyboard import type_


def bundle(
    capsys: pytest.CaptureFixture[str], *words: str
) -> tuple[dict[str, Any], dict[str, str]]:
    """Run the command; what it told, and the files of the archive."""
    typed = type_(capsys, "diagnose", "--json", *words)
    assert typed.code == ExitCode.OK, typed.err
    told = json.loads(typed.out)
    return told, unpacked(Path(told["path"]))


def unpacked(path: Path) -> dict[str, str]:
    """The files of an archive."""
    files = {}
    with tarfile.open(path) as archive:
        for member in archive:
            held = archive.extractfile(member)
            assert held is not None
            files[member.name.partition("/")[2]] = held.read().decode()
    return files


def problems(told: dict[str, Any]) -> dict[str, str]:
    """What could not be collected, and why."""
    return {f"{e['section']}/{e['title']}": e["problem"] for e in told["entries"] if e["problem"]}


class serving:  # noqa: N801
    """A small HTTP server in this process."""

    def __init__(self, handler: Any, port: int) -> None:
        self._server = HTTPServer(("127.0.0.1", port), handler)

    def __enter__(self) -> int:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return int(self._server.server_port)

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


def point_at(layout: Layout, port: int) -> None:
    """Let every context of the kubeconfig lead to the stand-in."""
    config = json.loads(layout.kubeconfig.read_text())
    for each in config["clusters"]:
        each["cluster"] = {"server": f"http://127.0.0.1:{port}"}
    layout.kubeconfig.write_text(json.dumps(config))
