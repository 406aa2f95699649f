"""The server's environment variables, read once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ml.failures import StepError


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What one request and one process may use; beyond it callers are told, not served slowly."""

    rows: int = 1_000
    """Rows of one request."""
    body_bytes: int = 4 * 1024 * 1024
    queued_rows: int = 4_000
    """Rows that may wait for the model; more is overload."""
    queued_requests: int = 512
    deadline_seconds: float = 10.0
    """From the complete request to its answer."""
    hung_seconds: float = 60.0
    """Work on one batch after which the process says that it lives no more, to be restarted."""
    header_seconds: float = 5.0
    """From the first byte of a request to the end of its headers."""
    body_seconds: float = 20.0
    idle_seconds: float = 75.0
    """Longer than a load balancer's 60 s, so that it is the balancer that closes first."""
    header_bytes: int = 16 * 1024
    held_bytes: int = 64 * 1024 * 1024
    """Bodies of all requests that are being received or answered."""
    write_seconds: float = 20.0
    """How long an answer may wait for a caller that does not read it."""
    connections: int = 512
    """Beyond it an idle connection makes room, or the new one is refused."""
    pipelined: int = 64
    """Requests that one connection may have sent ahead of their answers."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Who this pod is, which package it serves and where its capture goes."""

    model: str
    version: str = ""
    package_uri: str = ""
    """Empty while no version is released: the server then says so."""
    package_digest: str = ""
    signing_key_arn: str = ""
    environment: str = ""
    capture_uri: str = ""
    """`s3://bucket/prefix`; empty keeps segments on the volume."""
    capture_folder: Path = Path("/var/lib/modelyard/capture")
    """A folder on the pod's volume, which outlives the container."""
    lake: str = ""
    """`s3://bucket` with the as-of tables; labels go there too. Empty: neither is there."""
    models: Path = Path("models")
    """The model folders of the image, for the feature code."""
    asof_seconds: float = 5.0
    """How often newer as-of tables are looked for."""
    host: str = "127.0.0.1"
    port: int = 8080
    pod: str = "local"
    drain_seconds: float = 3.0
    """How long a stopping pod still accepts requests: the time endpoints take to forget it."""
    limits: Limits = field(default_factory=Limits)


def read(environment: Mapping[str, str]) -> Settings:
    """Read the settings, telling every mistake at once."""
    wrong = []
    if not environment.get("MODELYARD_MODEL"):
        wrong.append("MODELYARD_MODEL is not set; it names the model to serve")
    if environment.get("MODELYARD_PACKAGE_URI") and not environment.get(
        "MODELYARD_PACKAGE_DIGEST"
    ):
        wrong.append("MODELYARD_PACKAGE_URI is set without MODELYARD_PACKAGE_DIGEST (sha256:…)")
    capture_uri = environment.get("MODELYARD_CAPTURE_URI", "")
    if capture_uri and not capture_uri.startswith("s3://"):
        wrong.append(f"MODELYARD_CAPTURE_URI is {capture_uri!r}; allowed: s3://bucket/prefix")
    lake = environment.get("MODELYARD_LAKE", "").rstrip("/")
    if lake and not lake.startswith("s3://"):
        wrong.append(f"MODELYARD_LAKE is {lake!r}; allowed: s3://bucket")
    numbers = {
        "MODELYARD_PORT": 8080.0,
        "MODELYARD_DRAIN_SECONDS": 3.0,
        "MODELYARD_ASOF_SECONDS": 5.0,
    }
    for name, default in numbers.items():
        try:
            numbers[name] = float(environment.get(name) or default)
        except ValueError:
            wrong.append(f"{name} is {environment[name]!r}; allowed: a number")
    if wrong:
        raise StepError("the server cannot start:\n  " + "\n  ".join(wrong), exit_code=2)
    return Settings(
        model=environment["MODELYARD_MODEL"],
        version=environment.get("MODELYARD_VERSION", ""),
        package_uri=environment.get("MODELYARD_PACKAGE_URI", ""),
        package_digest=environment.get("MODELYARD_PACKAGE_DIGEST", ""),
        signing_key_arn=environment.get("MODELYARD_SIGNING_KEY_ARN", ""),
        environment=environment.get("MODELYARD_ENVIRONMENT", ""),
        capture_uri=capture_uri,
        capture_folder=Path(environment.get("MODELYARD_CAPTURE_DIR") or Settings.capture_folder),
        lake=lake,
        models=Path(environment.get("MODELYARD_MODELS_DIR") or Settings.models),
        asof_seconds=numbers["MODELYARD_ASOF_SECONDS"],
        host=environment.get("POD_IP") or "127.0.0.1",
        port=int(numbers["MODELYARD_PORT"]),
        pod=environment.get("POD_NAME") or "local",
        drain_seconds=numbers["MODELYARD_DRAIN_SECONDS"],
    )
