"""Where the signing key cannot be asked for, nothing is loaded, and what is loaded answers on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from sandbox.aws.patches import key_states
from tests.ml.serving.cloud import Cloud, Packaged, make_package
from tests.ml.serving.fault_proxy import Fault, FaultProxy
from tests.ml.serving.server_process import ServerProcess, request
from tests.ml.serving.test_starting import refusal_of
from tests.recovery import Recovery

pytestmark = pytest.mark.process


def answers(server: ServerProcess) -> bool:
    asked = httpx.post(f"{server.url}/v2/models/toy/infer", json=request(), timeout=30)
    return (asked.status_code, asked.json()["model_version"]) == (200, "3")


def test_while_kms_is_away_no_server_starts_and_one_that_runs_goes_on(
    cloud: Cloud, package: Packaged, tmp_path: Path, recovery: Recovery
) -> None:
    with FaultProxy(cloud.endpoint).running() as proxy:
        there = {"AWS_ENDPOINT_URL_KMS": proxy.url}
        with ServerProcess(cloud, tmp_path / "running", package, **there) as running:
            stopped = ServerProcess(cloud, tmp_path / "stopped", package, **there)
            stopped.start().kill()
            proxy.faults = [Fault("POST", "", 1000, status=503, code="Unavailable")]
            # Nor what lies verified on its own volume: somebody may have changed it since.
            said = refusal_of(stopped)
            assert said.startswith(f"ml serve: the public key {cloud.key_arn} cannot be fetched")
            assert "nothing is loaded unverified" in said
            assert "\n" not in said
            assert answers(running)
            assert httpx.get(f"{running.url}/healthz/ready", timeout=30).status_code == 200
            proxy.faults = []
            with recovery.within(30, "KMS away, one start after it was back"), stopped:
                assert answers(stopped)


def test_what_a_disabled_key_has_signed_is_served_no_more_until_it_is_enabled(
    cloud: Cloud, tmp_path: Path, recovery: Recovery
) -> None:
    key_states.apply()
    kms = cloud.client("kms")
    key = kms.create_key(KeyUsage="SIGN_VERIFY", KeySpec="ECC_NIST_P256")["KeyMetadata"]["Arn"]
    own = replace(cloud, key_arn=key)
    server = ServerProcess(own, tmp_path, make_package(own, "revoked"))
    server.start().kill()
    kms.disable_key(KeyId=key)
    assert "DisabledException" in refusal_of(server)
    kms.enable_key(KeyId=key)
    with recovery.within(30, "a disabled key, one start after it was enabled"), server:
        assert answers(server)
