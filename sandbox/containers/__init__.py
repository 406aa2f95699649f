"""OCI images without a container engine, and isolated local processes that run them."""

import sys

from sandbox.containers.build import ImageConfig, build_image, build_python_image, copy_image
from sandbox.containers.client import ImageMissingError
from sandbox.containers.container import Container
from sandbox.containers.images import HasImages, Images
from sandbox.containers.isolation import Isolation, isolation
from sandbox.containers.process import Process
from sandbox.containers.reference import ImageError
from sandbox.containers.rootfs import Mount
from sandbox.containers.warm.asking import is_there
from sandbox.layout import Layout
from sandbox.parts import Part, answers

__all__ = [
    "Container",
    "ImageConfig",
    "ImageError",
    "ImageMissingError",
    "Images",
    "Isolation",
    "Mount",
    "Process",
    "build_image",
    "build_python_image",
    "copy_image",
    "isolation",
    "local_reference",
    "registry_part",
    "warm_part",
]


def local_reference(layout: HasImages, reference: str) -> str:
    """Where the image that AWS knows as `reference` lies on loopback."""
    return Images.of(layout).local_reference(reference)


def registry_part(layout: Layout) -> Part:
    """The registry, with its images on disk."""
    disk = layout.images / "registry"
    disk.mkdir(parents=True, exist_ok=True)
    module = ("-m", "sandbox.containers.registry")
    return Part(
        name="registry",
        argv=(
            sys.executable, *module, "--disk", str(disk), "--port", str(layout.registry_port)
        ),
        ready=answers(f"http://127.0.0.1:{layout.registry_port}/v2/"),
        ports=(layout.registry_port,),
    )  # fmt: skip


def warm_part(layout: Layout) -> Part:
    """The keeper of interpreters that wait with their modules loaded."""
    return Part(
        name="warm-interpreters",
        argv=(sys.executable, "-m", "sandbox.containers.warm.broker", str(layout.images)),
        ready=lambda: is_there(layout.images),
    )
