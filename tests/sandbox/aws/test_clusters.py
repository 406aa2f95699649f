"""An EKS cluster leads to the environment's control plane, an association to its pods."""

import base64
import json
from pathlib import Path

import pytest

from sandbox.aws.clusters import ClusterError, Clusters
from sandbox.layout import Layout
from tests.sandbox.aws.conftest import ENVIRONMENTS


@pytest.fixture
def layout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Layout:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return Layout.create(tmp_path / "sandbox", ENVIRONMENTS)


def test_the_address_is_that_of_the_environment(layout: Layout) -> None:
    place = layout.environment("staging")
    (place.directory / "pki").mkdir(parents=True)
    (place.directory / "pki" / "ca.crt").write_bytes(b"certificate")
    endpoint, authority = Clusters(layout).address("staging")
    assert endpoint.endswith(f":{place.apiserver_port}")
    assert base64.b64decode(authority) == b"certificate"


def test_a_control_plane_that_is_not_there_is_said_so(layout: Layout) -> None:
    with pytest.raises(ClusterError, match="sandbox status"):
        Clusters(layout).address("dev")


def test_associations_come_and_go_and_a_new_emulator_has_none(layout: Layout) -> None:
    clusters = Clusters(layout)
    file = layout.environment("dev").directory / "pod-identity.json"
    clusters.bind("dev", "models/flight-delay", "arn:aws:iam::111111111111:role/serving")
    clusters.bind("dev", "models/collector", "arn:aws:iam::111111111111:role/collector")
    clusters.bind("dev", "models/collector", None)
    assert json.loads(file.read_text()) == {
        "models/flight-delay": "arn:aws:iam::111111111111:role/serving"
    }
    clusters.clear()
    assert not file.exists()
