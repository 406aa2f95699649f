"""One cluster for all tests of this room: it takes seconds to start."""

import os
import shutil
from collections.abc import Iterator

import pytest

from tests.sandbox.kubernetes.cluster import Cluster, run_cluster


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
