"""Make OCI images without a container engine: layers, a configuration and a manifest."""

import hashlib
import json
import platform
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sandbox.containers import dependencies, interpreter
from sandbox.containers.blobs import Blobs
from sandbox.containers.cached import layer_cache
from sandbox.containers.images import HasImages, Images
from sandbox.containers.layers import Entry, Layer, make_layer, tree
from sandbox.containers.manifests import OCI_MANIFEST
from sandbox.containers.reference import local_name, local_reference, parse

USER = 10001
ENTRYPOINT = ("python", "-m", "ml")


@dataclass(frozen=True, kw_only=True)
class ImageConfig:
    """How the image runs unless told otherwise."""

    env: Mapping[str, str] = field(default_factory=dict)
    entrypoint: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    user: int = USER
    workdir: str = "/app"
    labels: Mapping[str, str] = field(default_factory=dict)


def quiet(message: str) -> None:
    """Say nothing."""


def build_python_image(
    layout: HasImages,
    *,
    lock: Path,
    code: Mapping[str, Path],
    repository: str,
    entrypoint: Sequence[str] = ENTRYPOINT,
    labels: Mapping[str, str] | None = None,
    report: Callable[[str], None] = quiet,
) -> str:
    """Build and push: interpreter, locked packages, then `code` (name below /app → folder).

    Returns the digest, the same one for the same inputs.
    """
    cache = layer_cache()
    scratch = Blobs(layout.images / "built")
    packages = [
        interpreter.interpreter_layer(cache, report),
        dependencies.dependency_layer(lock, cache, report),
    ]
    report("Packing the code")
    entries: list[Entry] = []
    for name, folder in sorted(code.items()):
        entries += tree(folder, f"app/{name}")
    layers = [*packages, make_layer(entries, scratch)]
    config = python_config(entrypoint, labels)
    return push_image(layout, layers, config, repository=repository, report=report)


def python_config(
    entrypoint: Sequence[str] = ENTRYPOINT, labels: Mapping[str, str] | None = None
) -> ImageConfig:
    """How an image with locked packages runs."""
    return ImageConfig(
        env=python_environment(), entrypoint=tuple(entrypoint), labels=dict(labels or {})
    )


def python_environment() -> dict[str, str]:
    """The variables that make the image's own interpreter and packages the ones in use."""
    prefix = interpreter.PREFIX
    return {
        "PATH": f"{prefix}/bin:{dependencies.PLACE}/bin:/usr/local/bin:/usr/bin:/bin",
        "LD_LIBRARY_PATH": f"{prefix}/lib",
        "PYTHONPATH": f"/app:{dependencies.PLACE}",
        # The root is read-only, and packages are compiled already.
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONNOUSERSITE": "1",
        "PYTHONUNBUFFERED": "1",
        "LANG": "C.UTF-8",
        # On shared cores threads that wait for one another otherwise burn their time slices.
        "OMP_WAIT_POLICY": "passive",
        # Nothing of what runs here is told to anybody.
        "ORT_DISABLE_TELEMETRY": "1",
    }


def build_image(
    layout: HasImages,
    *,
    layers: Sequence[Mapping[str, Path]],
    config: ImageConfig,
    repository: str,
    report: Callable[[str], None] = quiet,
) -> str:
    """Build and push an image whose layers are folders by their place in the image."""
    scratch = Blobs(layout.images / "built")
    made = []
    for layer in layers:
        entries: list[Entry] = []
        for place, folder in sorted(layer.items()):
            entries += tree(folder, place.strip("/"))
        made.append(make_layer(entries, scratch))
    return push_image(layout, made, config, repository=repository, report=report)


def push_image(
    layout: HasImages,
    layers: Sequence[Layer],
    config: ImageConfig,
    *,
    repository: str,
    report: Callable[[str], None] = quiet,
) -> str:
    """Send the layers that the registry lacks, then the image; return its digest."""
    images = Images.of(layout)
    name = local_name(repository, images.registry.address).partition("/")[2]
    configuration = json.dumps(_configuration(layers, config), sort_keys=True).encode()
    manifest = json.dumps(_manifest(layers, configuration), sort_keys=True).encode()
    digest = _digest(manifest)
    report("Pushing the image")
    for layer in layers:
        images.registry.push_blob(name, layer.digest, layer.path)
    images.registry.push_blob(name, _digest(configuration), configuration)
    images.registry.push_manifest(name, digest, manifest)
    return digest


def copy_image(layout: HasImages, source: str, target: str) -> str:
    """Copy by digest; `target` is a repository or a reference with the same digest."""
    images = Images.of(layout)
    origin = parse(local_reference(source, images.registry.address))
    repository = target.partition("@")[0]
    name = local_name(repository, images.registry.address).partition("/")[2]
    content, manifest = images.registry.manifest(origin.repository, origin.digest)
    for blob in (manifest["config"], *manifest["layers"]):
        images.registry.mount_blob(name, blob["digest"], origin.repository)
    images.registry.push_manifest(name, origin.digest, content)
    return f"{repository}@{origin.digest}"


def _configuration(layers: Sequence[Layer], config: ImageConfig) -> dict[str, object]:
    machine = {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
    return {
        "architecture": machine,
        "os": "linux",
        "rootfs": {"type": "layers", "diff_ids": [layer.digest for layer in layers]},
        "config": {
            "User": str(config.user),
            "WorkingDir": config.workdir,
            "Env": [f"{key}={value}" for key, value in sorted(config.env.items())],
            "Entrypoint": list(config.entrypoint),
            "Cmd": list(config.command),
            "Labels": dict(config.labels),
        },
    }


def _manifest(layers: Sequence[Layer], configuration: bytes) -> dict[str, object]:
    return {
        "schemaVersion": 2,
        "mediaType": OCI_MANIFEST,
        "config": {
            "mediaType": "application/vnd.oci.image.config.v1+json",
            "digest": _digest(configuration),
            "size": len(configuration),
        },
        "layers": [
            {
                "mediaType": "application/vnd.oci.image.layer.v1.tar",
                "digest": layer.digest,
                "size": layer.size,
            }
            for layer in layers
        ],
    }


def _digest(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"
