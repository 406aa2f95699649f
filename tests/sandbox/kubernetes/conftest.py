"""One cluster for all tests of this room, which takes seconds to start, and how it is reached."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from sandbox.kubernetes.api import Api
from tests.sandbox.kubernetes.cluster import Cluster, run_cluster
from tests.sandbox.kubernetes.http_border import Answering, answering

if TYPE_CHECKING:
    from tests.sandbox.kubernetes.attached import Stack


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    needed = ("controlplane", "node", "kubectl", "pulumi")
    if not all(map(shutil.which, needed)):
        from tools import ensure

        folder = ensure(needed, lambda message: None)
        os.environ["PATH"] = f"{folder}{os.pathsep}{os.environ['PATH']}"
    # Deeper than the kubelet's own sockets could bear: checkouts lie anywhere.
    root = tmp_path_factory.mktemp("a-checkout-deep-in-its-owners-folders-as-so-many-are")
    config = root / "aws.config"
    config.write_text("[profile dev]\naws_access_key_id = ASIA\naws_secret_access_key = x\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_CONFIG_FILE", str(config))
        yield from run_cluster(root)


@pytest.fixture
def stack(cluster: Cluster, tmp_path: Path) -> Iterator["Stack"]:
    """Make the stack `dev` of a program."""
    # Loading the SDK takes seconds, which most tests of this room can spare.
    from tests.sandbox.kubernetes.attached import attached

    with attached(cluster, tmp_path) as make:
        yield make


@pytest.fixture
def api(server: Answering) -> Iterator[Api]:
    """How a test's own `server` is reached."""
    with answering(server.answer) as api:
        yield api
