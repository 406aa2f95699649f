"""What the tests of watching share; each brings the spec of the model that is watched."""

from pathlib import Path

import pytest

from ml.data.lakehouse import Lakehouse
from ml.spec import ModelSpec
from tests.ml.steps.heard import CloudWatch, listen


@pytest.fixture
def told(spec: ModelSpec, monkeypatch: pytest.MonkeyPatch) -> CloudWatch:
    """What CloudWatch hears."""
    return listen(monkeypatch, spec)


@pytest.fixture
def lake(tmp_path: Path) -> Lakehouse:
    """An empty lake on disk."""
    return Lakehouse(str(tmp_path))
