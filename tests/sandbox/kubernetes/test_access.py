"""A cluster's certificates and tokens are made once, are its own, and are readable by the user."""

from pathlib import Path

import pytest
import yaml
from cryptography import x509

from sandbox.kubernetes import parts
from sandbox.layout import Environment, Layout


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    wanted = [
        Environment(name=name, account=f"{index}" * 12, region="eu-west-1")
        for index, name in enumerate(("dev", "prod"), start=1)
    ]
    return Layout.create(tmp_path / "sandbox", wanted)


def test_every_environment_has_a_context_and_trusts_only_its_own_authority(layout: Layout) -> None:
    for name in ("dev", "prod"):
        parts(layout, layout.environment(name))
    config = yaml.safe_load(layout.kubeconfig.read_text())
    assert [each["name"] for each in config["contexts"]] == ["dev", "prod"]
    authorities = {each["cluster"]["certificate-authority-data"] for each in config["clusters"]}
    tokens = {each["user"]["token"] for each in config["users"]}
    assert len(authorities) == len(tokens) == 2
    assert layout.kubeconfig.stat().st_mode & 0o077 == 0


def test_a_second_start_changes_nothing(layout: Layout) -> None:
    dev = layout.environment("dev")
    parts(layout, dev)
    before = {path: path.read_bytes() for path in dev.directory.rglob("*") if path.is_file()}
    parts(layout, dev)
    assert {path: path.read_bytes() for path in before} == before


def test_the_api_servers_certificate_names_where_it_listens(layout: Layout) -> None:
    dev = layout.environment("dev")
    parts(layout, dev)
    content = (dev.directory / "pki" / "apiserver.crt").read_bytes()
    names = x509.load_pem_x509_certificate(content).extensions.get_extension_for_class(
        x509.SubjectAlternativeName
    )
    first = dev.service_range.replace("0.0/16", "0.1")
    found = {str(each) for each in names.value.get_values_for_type(x509.IPAddress)}
    assert found == {"127.0.0.1", first}
