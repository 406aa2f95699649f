"""A diagnosis in a folder of one's own, beside a sandbox that was started once."""

import os
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import pytest

from modelyard import catalogue
from modelyard.diagnosis import diagnose
from sandbox import Environment, Layout


@pytest.fixture(autouse=True)
def elsewhere(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A folder of one's own, no variables that stay changed, and no patience."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(checkout / "cache"))
    monkeypatch.chdir(checkout)
    monkeypatch.setattr(diagnose, "SECONDS", 60.0)
    with patch.dict(os.environ):
        yield


@pytest.fixture
def layout(checkout: Path) -> Layout:
    """A sandbox that was started once."""
    environments = [
        Environment(name=each.name, account=each.account, region=each.region)
        for each in catalogue.environments().values()
    ]
    return Layout.create(checkout / ".modelyard", environments)
