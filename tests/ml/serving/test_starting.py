"""A server starts with a verified version or with none at all, and with nothing in between."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from ml.deployment.store import Folder
from tests.ml.serving.cloud import Cloud, Packaged, make_package
from tests.ml.serving.server_process import ServerProcess, request
from tests.recovery import Recovery

pytestmark = pytest.mark.process


def refusal_of(server: ServerProcess) -> str:
    """What a server that cannot start says; it must be one line and no traceback."""
    process = server.spawn()
    output: str = process.communicate(timeout=180)[0]
    assert process.returncode not in (0, None)
    assert "Traceback" not in output
    return output.strip()


def test_without_a_version_the_pod_is_ready_and_inference_says_why_not(
    cloud: Cloud, volume: Path
) -> None:
    with ServerProcess(cloud, volume, None) as server:
        for path in ("/healthz/live", "/healthz/ready", "/v2/health/live", "/v2", "/metrics"):
            assert httpx.get(server.url + path, timeout=30).status_code == 200
        for path in ("/v2/health/ready", "/v2/models/toy", "/v2/models/toy/ready"):
            answer = httpx.get(server.url + path, timeout=30)
            assert (answer.status_code, answer.json()["code"]) == (503, "no_version_released")
        answer = httpx.post(f"{server.url}/v2/models/toy/infer", json=request(), timeout=30)
        assert answer.status_code == 503
        assert "no version released yet" in answer.json()["error"]
        assert answer.headers["retry-after"] == "1"


def test_a_package_that_was_damaged_is_served_once_it_is_whole_again(
    cloud: Cloud, volume: Path, recovery: Recovery
) -> None:
    package = make_package(cloud, "damaged")
    folder = Folder.at(cloud.client("s3"), package.uri)
    sound = folder.read("model.onnx")
    folder.write("model.onnx", sound[:-1])
    assert "model.onnx" in refusal_of(ServerProcess(cloud, volume, package))
    folder.write("model.onnx", sound)
    with (
        recovery.within(30, "a damaged package, one start after it was put right"),
        ServerProcess(cloud, volume, package) as server,
    ):
        answer = httpx.post(f"{server.url}/v2/models/toy/infer", json=request(), timeout=30)
        assert answer.status_code == 200


@pytest.mark.parametrize("name", ["model.skops", "model.onnx", "inputs.json", "manifest.json"])
def test_a_package_changed_by_one_bit_is_not_served(cloud: Cloud, volume: Path, name: str) -> None:
    package = make_package(cloud, f"flipped-{name.replace('.', '-')}")
    folder = Folder.at(cloud.client("s3"), package.uri)
    content = bytearray(folder.read(name))
    content[len(content) // 2] ^= 4
    folder.write(name, bytes(content))
    said = refusal_of(ServerProcess(cloud, volume, package))
    assert said.startswith("ml serve: ")
    assert name in said
    assert "\n" not in said


def test_another_version_or_model_is_not_served_in_its_place(
    cloud: Cloud, package: Packaged, volume: Path
) -> None:
    other = make_package(cloud, "other", model="other")
    assert "expected 'toy'" in refusal_of(ServerProcess(cloud, volume, other))
    older = make_package(cloud, "older")
    swapped = replace(package, uri=older.uri)
    said = refusal_of(ServerProcess(cloud, volume / "2", swapped))
    assert f"digest is {older.digest}, expected {package.digest}" in said


def test_wrong_settings_are_all_told_at_once(cloud: Cloud, volume: Path) -> None:
    wrong = ServerProcess(
        cloud, volume, None, MODELYARD_MODEL="", MODELYARD_CAPTURE_URI="file:///tmp"
    )
    said = refusal_of(wrong)
    assert "MODELYARD_MODEL is not set" in said
    assert "allowed: s3://bucket/prefix" in said


def test_a_port_in_use_is_named(server: ServerProcess, cloud: Cloud, volume: Path) -> None:
    said = refusal_of(ServerProcess(cloud, volume, None, MODELYARD_PORT=str(server.port)))
    assert f"cannot listen on 127.0.0.1:{server.port}" in said


def test_two_servers_never_write_to_one_volume(server: ServerProcess, cloud: Cloud) -> None:
    said = refusal_of(ServerProcess(cloud, server.volume, None))
    assert "another server is writing to the capture folder" in said
