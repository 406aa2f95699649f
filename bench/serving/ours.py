"""Modelyard's server as it runs in a pod, with everything on; segments go to a folder."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from ml.deployment.package import Identity, Package
from ml.deployment.predictors import EXCHANGE, INPUTS, MODEL, load_predictor
from ml.deployment.server.assembly import build
from ml.deployment.server.predictor import Release
from ml.deployment.server.settings import Settings


class FolderClient:
    """Takes the place of S3, whose speed is not what is measured."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put_object(self, *, Bucket: str, Key: str, Body: bytes) -> None:  # noqa: N803
        """Write one object."""
        path = self._folder / Bucket / Key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(Body)


def main(model: Path, work: Path, port: int) -> int:
    """Serve the model until SIGTERM."""
    contents = {name: (model / name).read_bytes() for name in (MODEL, EXCHANGE, INPUTS)}
    identity = Identity(model="bench", run="1", environment="", git_sha="", image_digest="")
    package = Package(identity=identity, digest="sha256:bench", contents=contents)
    release = Release(
        model="bench", version="1", digest=package.digest, predictor=load_predictor(package)
    )
    settings = Settings(
        model="bench",
        version="1",
        port=port,
        capture_uri="s3://lake/capture/bench",
        capture_folder=work / "volume",
        drain_seconds=0,
    )
    client: Any = FolderClient(work / "lake")
    return build(settings, release, lambda _service: client).run()


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])))
