"""Servers of the flights that answer by key, and what they say to Prometheus."""

from __future__ import annotations

from pathlib import Path

import httpx

from tests.ml.serving.cloud import Cloud, Packaged
from tests.ml.serving.server_process import ServerProcess

ASK = "/v2/models/flight_delay_by_key"


def replica(cloud: Cloud, package: Packaged, volume: Path) -> ServerProcess:
    return ServerProcess(
        cloud,
        volume,
        package,
        MODELYARD_MODEL="flight_delay",
        MODELYARD_CAPTURE_URI=f"{cloud.lake}/capture/flight_delay",
        MODELYARD_LAKE=cloud.lake,
        MODELYARD_ASOF_SECONDS="0.2",
    )


def client_of(server: ServerProcess) -> httpx.Client:
    return httpx.Client(base_url=server.url, timeout=60)


def told_by(http: httpx.Client) -> dict[str, float]:
    """Every series that Prometheus would read now."""
    lines = [one.split() for one in http.get("/metrics").text.splitlines() if one[0] != "#"]
    return {name: float(value) for name, value in lines}
