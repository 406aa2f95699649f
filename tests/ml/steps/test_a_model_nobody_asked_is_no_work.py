"""A model nobody asked has no week, and finding that out costs next to nothing."""

from __future__ import annotations

import subprocess
import sys

import pytest

from ml.data.lakehouse import Lakehouse
from ml.spec import ModelSpec
from tests.ml.steps.heard import CloudWatch
from tests.ml.steps.watched import MODEL, watch, with_two_features

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def spec() -> ModelSpec:
    return with_two_features()


def test_a_model_nobody_asked_has_no_week(lake: Lakehouse, told: CloudWatch) -> None:
    assert watch(lake).is_empty()


def test_finding_no_answers_loads_nothing_that_compares_weeks(lake: Lakehouse) -> None:
    """Every model of every environment is looked at every week, and most are asked nothing."""
    look = [MODEL, "--lake", lake.root, "--artifacts", lake.root]
    code = f"import sys; import ml.steps.watch as step; step.run(['--model', *{look}]); "
    code += "sys.exit(', '.join({'polars', 'numpy', 'deltalake'} & {*sys.modules}) or 0)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "no answers yet" in done.stdout
