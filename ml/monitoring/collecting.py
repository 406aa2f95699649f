"""The collector's loop and the small status page by which its pod is probed."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest

from ml.monitoring.collector import Collected
from ml.monitoring.gathering import Looks

STALLED_SECONDS = 300.0
"""A run that takes longer hangs: the pod is then restarted, which loses nothing."""

log = structlog.get_logger()


class Loop:
    """Runs every table's collector again and again; one that fails does not stop the others."""

    def __init__(
        self,
        tables: Callable[[], list[str]],
        collect: Callable[[str], Collected],
        seconds: float,
        afterwards: Callable[[], None] = lambda: None,
    ) -> None:
        self._tables = tables
        self._collect = collect
        self._looks = Looks(seconds)
        self._afterwards = afterwards
        self._stop = threading.Event()
        self._turned = time.monotonic()
        self.registry = CollectorRegistry()
        self._rows = Counter(
            "modelyard_collected_rows", "Merged rows", ["table"], registry=self.registry
        )
        self._waiting = Gauge(
            "modelyard_collector_waiting_segments",
            "Segments that wait for an earlier one",
            ["table"],
            registry=self.registry,
        )
        self._failures = Counter(
            "modelyard_collector_failures", "Runs that failed", registry=self.registry
        )
        self.status: dict[str, dict[str, object]] = {}

    @property
    def alive(self) -> bool:
        """Whether the loop still turns."""
        return time.monotonic() - self._turned < STALLED_SECONDS

    def stop(self) -> None:
        """End after the run under way."""
        self._stop.set()

    def run(self) -> None:
        """Collect until stopped."""
        while not self._stop.is_set():
            found = self._turn()
            self._afterwards()
            self._stop.wait(self._looks.after(found=found))

    def _turn(self) -> bool:
        """Collect every table; says whether there was something to collect."""
        found = False
        try:
            tables = self._tables()
        except Exception as error:
            self._failed("", error)
            return found
        for table in tables:
            self._turned = time.monotonic()
            try:
                collected = self._collect(table)
            except Exception as error:
                self._failed(table, error)
                continue
            found |= bool(collected.segments or collected.gathered)
            self._rows.labels(table).inc(collected.rows)
            self._waiting.labels(table).set(collected.waiting)
            total = int(str(self.status.get(table, {}).get("rows", 0))) + collected.rows
            self.status[table] = {"rows": total, "waiting": collected.waiting}
            if collected.rows:
                log.info("collected", table=table, rows=collected.rows)
        self._turned = time.monotonic()
        return found

    def _failed(self, table: str, error: Exception) -> None:
        # Whatever it is (network, credentials, a conflict), the segments are still there.
        self._failures.inc()
        self._turned = time.monotonic()
        log.error("collect_failed", table=table, error=f"{type(error).__name__}: {error}")

    def page(self, path: str) -> tuple[int, str, bytes]:
        """Status, content type and body of a page of the status server."""
        if path == "/metrics":
            return 200, "text/plain; version=0.0.4", generate_latest(self.registry)
        if path in ("/healthz/live", "/healthz/ready"):
            body = json.dumps({"alive": self.alive, "tables": self.status}).encode()
            return 200 if self.alive else 503, "application/json", body
        return 404, "application/json", b'{"error": "see /healthz/live and /metrics"}'


def status_server(host: str, port: int, loop: Loop) -> ThreadingHTTPServer:
    """A server for probes and metrics; it is not started yet."""

    class Handler(BaseHTTPRequestHandler):
        timeout = 5

        def do_GET(self) -> None:
            """Answer one page."""
            status, kind, body = loop.page(self.path)
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Probes are not worth a line each."""

    return ThreadingHTTPServer((host, port), Handler)
