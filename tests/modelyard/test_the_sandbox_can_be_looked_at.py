"""`sandbox status` and `sandbox logs` tell what runs, what is not real, and what a part said."""

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from modelyard import catalogue
from modelyard.errors import ExitCode
from sandbox import Environment, Layout, limits
from sandbox.limits import not_enforced, type_counts
from tests.modelyard.keyboard import type_


@pytest.fixture
def layout(checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Layout:
    """A sandbox that was started once and runs no longer."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    environments = [
        Environment(name=each.name, account=each.account, region=each.region)
        for each in catalogue.environments().values()
    ]
    return Layout.create(checkout / ".modelyard", environments)


@pytest.fixture
def log(layout: Layout) -> Path:
    """The log of a part that has said 150 lines."""
    path = layout.log("aws")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"line {n} [of a log]\n" for n in range(150)))
    return path


def test_logs_prints_the_last_hundred_lines(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    typed = type_(capsys, "sandbox", "logs", "aws")
    assert typed.code == ExitCode.OK
    assert typed.out.splitlines() == [f"line {n} [of a log]" for n in range(50, 150)]


def test_logs_says_where_the_log_is(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert type_(capsys, "sandbox", "logs", "aws", "--path").out == f"{log}\n"


def test_a_part_without_a_log_is_told_with_those_that_have_one(
    log: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    typed = type_(capsys, "sandbox", "logs", "awz")
    assert typed.code != ExitCode.OK
    assert "Logs: aws." in typed.err.replace("\n", " ")


def test_status_tells_what_this_machine_does_not_enforce(
    checkout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert not_enforced()
    shown = type_(capsys, "sandbox", "status").out
    for each in not_enforced():
        assert f"not enforced: {each}" in shown
    told = json.loads(type_(capsys, "sandbox", "status", "--json").out)
    assert told["not_enforced"] == list(not_enforced())
    assert told["types"] == {}


def test_what_the_emulator_counts_is_told(layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "SECONDS", 60.0)
    counts = {
        "real": {"resources": 150, "types": 30},
        "recorded": {"resources": 40, "types": 12},
    }

    class Counts(BaseHTTPRequestHandler):
        """Answers as the emulator does."""

        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/_sandbox/counts" else 404)
            self.end_headers()
            self.wfile.write(json.dumps(counts).encode())

    assert type_counts(layout) == {}
    with HTTPServer(("127.0.0.1", layout.aws_port), Counts) as server:
        threading.Thread(target=server.handle_request, daemon=True).start()
        assert type_counts(layout) == counts
