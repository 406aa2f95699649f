"""Every test of the command line works in an empty checkout and in moto, never on this machine."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from moto import mock_aws

from modelyard.place import Place
from sandbox.aws.patches import conditional_items
from tests.modelyard import living, world

# Who wins a race is decided as on AWS, where a condition and its write are one step.
conditional_items.apply()

STACK = """\
config:
  modelyard:platform:
    environment: {name}
    region: eu-west-1
    accounts: {{dev: "111111111111", staging: "222222222222", prod: "333333333333"}}
"""


@pytest.fixture(autouse=True)
def _a_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever reads what is printed has no window, whatever the terminal that pytest runs in."""
    monkeypatch.delenv("COLUMNS", raising=False)


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with three environments and two models."""
    (tmp_path / "Pulumi.yaml").write_text("name: modelyard\n")
    for name in world.ACCOUNTS:
        (tmp_path / f"Pulumi.{name}.yaml").write_text(STACK.format(name=name))
    for model in ("flight_delay", "diabetes"):
        folder = tmp_path / "models" / model
        folder.mkdir(parents=True)
        (folder / "model.yaml").write_text("problem: {}\n")
    monkeypatch.setenv("MODELYARD_ROOT", str(tmp_path))
    return tmp_path


@pytest.fixture
def aws(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Three empty accounts."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", world.REGION)
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_CONFIG_FILE"):
        monkeypatch.delenv(name, raising=False)
    with mock_aws():
        yield checkout


@pytest.fixture
def prod(aws: Path) -> Place:
    """Production as ada sees it."""
    world.stand_up(world.enter(aws, "prod"))
    return world.adopt_outputs(world.enter(aws, "prod"))


@pytest.fixture
def live(prod: Place) -> Place:
    """Production with a version that is live."""
    living.make_live(prod)
    return prod


@pytest.fixture
def staging(aws: Path) -> Place:
    """Staging as ada sees it."""
    world.stand_up(world.enter(aws, "staging"))
    return world.adopt_outputs(world.enter(aws, "staging"))
