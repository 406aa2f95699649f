"""No part of the sandbox listens anywhere but on loopback, whatever its own defaults are."""

import ipaddress
import re
from pathlib import Path

import pytest

from sandbox import Layout, Part
from sandbox.assembly import everything
from sandbox.aws import http_server
from sandbox.containers import registry
from sandbox.kubernetes.node import agent
from sandbox.plan import Plan
from tests.sandbox.conftest import ENVIRONMENTS

ADDRESS = re.compile(r"(?<![\d.])\d+\.\d+\.\d+\.\d+(?![\d.])")
BOUND_BY = {
    "etcd": ("--listen-client-urls=http://127.0.0.1:", "--listen-peer-urls=http://127.0.0.1:"),
    "apiserver": ("--bind-address=127.0.0.1 ",),
    "controllers": ("--bind-address=127.0.0.1 ",),
    "scheduler": ("--bind-address=127.0.0.1 ",),
}
"""Programs that listen on every address unless told otherwise, and how each is told."""


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> list[Part]:
    """Every part of a full sandbox, as it would be started."""
    # Claimed apart from what this machine's sandboxes have claimed.
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        layout = Layout.create(tmp_path_factory.mktemp("sandbox"), ENVIRONMENTS)
        return everything(layout, Plan())


def test_every_address_that_a_part_is_given_is_a_loopback_address(parts: list[Part]) -> None:
    given = {
        (part.name, address)
        for part in parts
        for word in (*part.argv, *part.env.values())
        for address in ADDRESS.findall(word)
    }
    assert len(given) > 4
    assert {each for each in given if not ipaddress.ip_address(each[1]).is_loopback} == set()


@pytest.mark.parametrize("program", BOUND_BY)
def test_programs_with_another_default_are_told_where_to_listen(
    parts: list[Part], program: str
) -> None:
    theirs = [part for part in parts if part.name.startswith(f"{program}-")]
    assert len(theirs) == len(ENVIRONMENTS)
    for part in theirs:
        line = " ".join(part.argv)
        assert all(word in line for word in BOUND_BY[program]), part.name


def test_servers_of_our_own_bind_loopback(tmp_path: Path) -> None:
    made = (
        registry.serve(tmp_path, 0),
        http_server.serve(lambda environ, start_response: [], 0),
        agent.serve(0, lambda authorization: {}, lambda: True),
    )
    for server in made:
        with server:
            assert server.server_address[0] == "127.0.0.1"
