"""Slices are the same whether they are read one by one or many at once."""

import shutil
from pathlib import Path

import pytest

from ml.data.lakehouse import Lakehouse
from ml.monitoring.metrics_table import PROVENANCE
from ml.spec import ModelSpec
from tests.ml.monitoring.lake import add_labels
from tests.ml.steps.heard import listen
from tests.ml.steps.slices import CALM, SLICE, fill_at_pace, watch, without_a_day

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def spec() -> ModelSpec:
    return without_a_day()


def test_slices_that_cut_requests_in_two_are_the_same_read_one_by_one_or_many_at_once(
    spec: ModelSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    odd = spec.monitoring.model_copy(update={"slice_rows": 55})
    listen(monkeypatch, spec.model_copy(update={"monitoring": odd}))
    lake = Lakehouse(str(tmp_path))
    add_labels(lake, spec, fill_at_pace(lake, spec, CALM), "late")
    together = watch(lake).drop(PROVENANCE)
    assert together["week"].n_unique() == CALM * SLICE // 55
    monkeypatch.setattr("ml.monitoring.answered_slices.BLOCK_ROWS", 1)
    shutil.rmtree(tmp_path / "metrics")
    assert watch(lake).drop(PROVENANCE).equals(together)
