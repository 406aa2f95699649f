"""Tables that ship in Python packages become models: written, checked, run and judged."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from ml.model_folder import folder_problems
from modelyard.onboarding.making import make_model
from modelyard.onboarding.request import Request
from tests.modelyard.onboarding.pipeline import run
from tests.modelyard.onboarding.tables import TABLES, Table

# Each table is read, learned from and judged, which takes seconds.
pytestmark = pytest.mark.slow


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with an empty models folder; steps look for models where they run."""
    (tmp_path / "models").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.model)
def test_a_table_becomes_a_model_that_is_judged(table: Table, checkout: Path) -> None:
    file = checkout / table.file
    file.write_bytes(table.content())
    request = Request(model=table.model, file=file, label=table.label, **table.options)
    made = make_model(checkout, request, force=False)
    assert made.plan.target.task == table.task
    assert folder_problems(made.folder) == []
    file.unlink()
    verdict = run(table.model, checkout)
    assert verdict["status"] == table.gate, verdict["rules"]


def customers() -> bytes:
    """5,000 customers who left for reasons that a table tells in part, as such tables do."""
    random = np.random.default_rng(11)
    months, calls = random.integers(1, 96, 5_000), np.minimum(9, random.exponential(1.7, 5_000))
    plan = random.choice(["basic", "plus", "family"], 5_000)
    pull = -1.4 - 0.014 * months + 0.3 * calls.round() + np.where(plan == "basic", 0.6, -0.3)
    columns = {
        "customer_id": [f"C{number:06d}" for number in range(5_000)],
        "town": random.choice(["Berlin", "Hamburg", "Leipzig"], 5_000),
        "plan": plan,
        "tenure_months": months,
        "monthly_spend": random.lognormal(3.6, 0.6, 5_000).round(2),
        "calls": calls.round(),
        "churned": np.where(random.random(5_000) < 1 / (1 + np.exp(-pull)), "yes", "no"),
    }
    return pl.DataFrame(columns).write_csv().encode()


def test_what_is_written_passes_its_gate_from_a_share_of_the_rows_too(checkout: Path) -> None:
    """Staging learns from three rows in ten; a model that overfits those never reaches prod."""
    file = checkout / "customers.csv"
    file.write_bytes(customers())
    made = make_model(checkout, Request(model="churn", file=file, label="churned"), force=False)
    assert "HistGradientBoosting" in (made.folder / "estimator.py").read_text()
    verdict = run("churn", checkout, sample=0.3)
    assert verdict["status"] == "passed", verdict["rules"]
