"""A step's container sees its image, its token and a disk of its own, and nothing else of ours."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest

from sandbox.containers import ImageConfig, ImageError, build_image
from sandbox.containers.registry import serve
from sandbox.layout import Layout
from sandbox.sagemaker.jobs import Job
from sandbox.sagemaker.launch import ContainerLauncher

REPOSITORY = "111111111111.dkr.ecr.eu-west-1.amazonaws.com/release"


class Place:
    """As much of a sandbox's layout as images need."""

    def __init__(self, images: Path, registry_port: int) -> None:
        self.images, self.registry_port = images, registry_port


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    server = serve(tmp_path / "images" / "registry", 0)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield Place(tmp_path / "images", server.server_address[1])
    server.shutdown()
    thread.join()
    server.server_close()


def job(image: str, script: str) -> Job:
    return Job(
        kind="Processing",
        image=image,
        argv=("sh", "-c", script),
        environment={},
        role_arn="arn:aws:iam::111111111111:role/training",
        seconds=300,
    )


def test_a_step_runs_from_its_image(place: Place, tmp_path: Path) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "words").write_text("from the image")
    digest = build_image(
        place,
        layers=[{"/app": tmp_path / "app"}],
        config=ImageConfig(command=("sh",)),
        repository=REPOSITORY,
    )
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    (scratch / "token").write_text("a token")
    script = (
        'cat /app/words; echo; cat "$AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"; echo; '
        'echo "$AWS_REGION"; echo kept > /tmp/kept && cat /tmp/kept; '
        "touch /app/new 2>/dev/null || echo sealed"
    )
    launcher = ContainerLauncher(cast(Layout, place))
    running = launcher.launch(
        job(f"{REPOSITORY}@{digest}", script), {"AWS_REGION": "eu-west-1"}, scratch
    )
    output: Any = running.stdout
    said = output.read().decode().splitlines()
    output.close()
    assert running.wait(60) == 0
    assert said == ["from the image", "a token", "eu-west-1", "kept", "sealed"]


def test_an_image_that_was_never_pushed_is_an_error(place: Place, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("t")
    missing = f"{REPOSITORY}@sha256:{'0' * 64}"
    with pytest.raises(ImageError):
        ContainerLauncher(cast(Layout, place)).launch(job(missing, "true"), {}, tmp_path)
