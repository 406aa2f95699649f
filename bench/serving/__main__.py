"""Measures Modelyard's server and its peers in turn and prints how many times faster it is."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path

import psutil

from bench.serving.environment import peer_python
from bench.serving.load import Measured, http_request, measure
from bench.serving.model import COLUMNS, make_model

HERE = Path(__file__).parent
OURS = "modelyard"
ROW = [0.25 * index for index in range(len(COLUMNS))]
V2 = {
    "inputs": [
        {"name": name, "datatype": "FP32", "shape": [1], "data": [value]}
        for name, value in zip(COLUMNS, ROW, strict=True)
    ]
}


def main() -> int:
    """Run the comparison."""
    parser = argparse.ArgumentParser(prog="python -m bench.serving", description=__doc__)
    parser.add_argument("--clients", type=int, default=32)
    parser.add_argument("--seconds", type=float, default=5.0, help="per server and round")
    parser.add_argument("--rounds", type=int, default=3, help="the best one of each counts")
    parser.add_argument("--small", action="store_true", help="just to see that the bench works")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    options = parser.parse_args()
    if options.small:
        options.seconds, options.rounds, options.clients = 0.5, 1, 8
    with tempfile.TemporaryDirectory(prefix="modelyard-bench-") as name:
        results = _compare(Path(name), options)
    _report(results, options)
    return 0


def _compare(work: Path, options: argparse.Namespace) -> dict[str, Measured]:
    model = work / "model"
    model.mkdir()
    make_model(model)
    peer = peer_python()
    best: dict[str, Measured] = {}
    for turn in range(options.rounds):
        for name in (OURS, "fastapi, onnx", "fastapi, scikit-learn"):
            port = _free_port()
            runtime = "onnx" if name.endswith("onnx") else "skops"
            if name == OURS:
                folder = work / f"pod-{turn}"
                command = [sys.executable, "-m", "bench.serving.ours", str(model), str(folder)]
                server = _running([*command, str(port)], port, {})
                request = http_request(port, "/v2/models/bench/infer", json.dumps(V2).encode())
            else:
                command = [str(peer), "-m", "uvicorn", "plain_fastapi:app", "--no-access-log"]
                command += ["--app-dir", str(HERE), "--port", str(port), "--log-level", "error"]
                variables = {"BENCH_MODEL": str(model), "BENCH_RUNTIME": runtime}
                server = _running(command, port, variables)
                request = http_request(port, "/predict", json.dumps({"rows": [ROW]}).encode())
            with server as cpu:
                measured = measure(port, request, options.clients, options.seconds, cpu)
            before = best.get(name)
            if before is None or measured.requests_per_second > before.requests_per_second:
                best[name] = measured
    return best


@contextlib.contextmanager
def _running(
    command: list[str], port: int, variables: dict[str, str]
) -> Iterator[Callable[[], float]]:
    environment = {**os.environ, "OMP_NUM_THREADS": "1", **variables}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    try:
        give_up = time.monotonic() + 60
        while process.poll() is None and time.monotonic() < give_up:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                break
            time.sleep(0.05)
        yield lambda: sum(psutil.Process(process.pid).cpu_times()[:2])
    finally:
        process.terminate()
        process.wait(30)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _report(results: dict[str, Measured], options: argparse.Namespace) -> None:
    write = sys.stdout.write
    if options.json:
        write(json.dumps({name: asdict(measured) for name, measured in results.items()}) + "\n")
        return
    write(f"{options.clients} clients, one row a request, one process a server\n")
    ours = results[OURS]
    for name, measured in results.items():
        ratio = ours.requests_per_second / measured.requests_per_second
        cpu_ratio = ours.requests_per_cpu_second / measured.requests_per_cpu_second
        write(
            f"{name:24}{measured.requests_per_second:9,.0f} requests/s"
            f"{measured.requests_per_cpu_second:9,.0f} per CPU second"
            f"   median {measured.median_ms:7.2f} ms   p99 {measured.p99_ms:7.2f} ms"
            f"   modelyard: {ratio:.1f}x, per CPU second {cpu_ratio:.1f}x\n"
        )


if __name__ == "__main__":
    sys.exit(main())
