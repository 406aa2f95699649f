"""An image is what its digest says: the same inputs give it, and only it is unpacked."""

import os
import subprocess
from pathlib import Path

import pytest

from sandbox.containers import (
    Container,
    ImageConfig,
    ImageError,
    ImageMissingError,
    Images,
    build_image,
    copy_image,
    local_reference,
)
from tests.sandbox.containers.conftest import REPOSITORY, Place

PROD = REPOSITORY.replace("111111111111", "333333333333")


def test_the_same_files_give_the_same_digest_whenever_they_were_written(
    place: Place, script: Path, image: str
) -> None:
    for path in script.iterdir():
        os.utime(path, (1, 1))
        path.chmod(0o600)
    again = build_image(
        place,
        layers=[{"/app": script}],
        config=ImageConfig(entrypoint=("sh", "/app/hello.sh"), command=("world",)),
        repository=REPOSITORY,
    )
    assert image.endswith(again)
    (script / "hello.sh").write_text("echo other\n")
    other = build_image(
        place, layers=[{"/app": script}], config=ImageConfig(), repository=REPOSITORY
    )
    assert not image.endswith(other)


def test_editing_the_sources_changes_nothing_that_is_unpacked(
    place: Place, script: Path, image: str
) -> None:
    unpacked = Images.of(place).unpack(image)
    (script / "hello.sh").write_text("echo other\n")
    assert (unpacked.root / "app/hello.sh").read_text() == "echo hello $1\n"
    assert Images.of(place).unpack(image) == unpacked


def test_copying_keeps_the_digest_and_the_copy_runs(place: Place, image: str) -> None:
    copied = copy_image(place, image, PROD)
    assert copied == f"{PROD}@{image.partition('@')[2]}"
    process = Container(layout=place, image=copied).start(subprocess.PIPE)
    assert process.stdout is not None
    with process.stdout as stdout:
        assert stdout.read() == b"hello world\n"
    assert process.wait() == 0


def test_an_image_is_missing_where_it_was_not_copied(place: Place, image: str) -> None:
    Images.of(place).unpack(image)
    with pytest.raises(ImageMissingError, match="333333333333/models@sha256"):
        Images.of(place).unpack(f"{PROD}@{image.partition('@')[2]}")


def test_names_of_aws_lead_to_loopback(place: Place) -> None:
    digest = "sha256:" + "a" * 64
    assert local_reference(place, f"{REPOSITORY}@{digest}") == (
        f"127.0.0.1:{place.registry_port}/111111111111/models@{digest}"
    )


@pytest.mark.parametrize(
    ("reference", "complaint"),
    [
        (f"{REPOSITORY}:latest", "names no digest"),
        ("docker.io/library/python@sha256:" + "a" * 64, "neither an ECR repository"),
        ("nonsense", "no image reference"),
    ],
)
def test_a_reference_that_could_mean_something_else_is_refused(
    place: Place, reference: str, complaint: str
) -> None:
    with pytest.raises(ImageError, match=complaint):
        local_reference(place, reference)
