"""Rows that come several times make no model of noise look like one that has learned."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from modelyard.onboarding.making import Made, make_model
from modelyard.onboarding.request import Request
from tests.modelyard.onboarding.pipeline import run

# Each table is learned from and judged, which takes seconds.
pytestmark = pytest.mark.slow

ROWS = 2_500


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with an empty models folder; steps look for models where they run."""
    (tmp_path / "models").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def noise() -> pl.DataFrame:
    """Customers, and a label that is chance."""
    random = np.random.default_rng(5)
    return pl.DataFrame(
        {
            "customer_id": [f"C{number:05d}" for number in range(ROWS)],
            "age": random.integers(18, 80, ROWS),
            "spend": random.lognormal(3, 0.7, ROWS).round(4),
            "calls": random.integers(0, 9, ROWS),
            "left": random.choice(["yes", "no"], ROWS),
        }
    )


def repeated(frame: pl.DataFrame, times: int) -> pl.DataFrame:
    """Each row so many times, in any order."""
    return pl.concat([frame] * times).sample(fraction=1.0, shuffle=True, seed=1)


def made(checkout: Path, frame: pl.DataFrame, **options: Any) -> Made:
    file = checkout / "customers.csv"
    frame.write_csv(file)
    return make_model(
        checkout, Request(model="m", file=file, label="left", **options), force=False
    )


@pytest.mark.parametrize("times", [2, 4])
@pytest.mark.parametrize("without", [[], ["customer_id"]], ids=["key", "no key"])
def test_copies_do_not_let_noise_pass(checkout: Path, without: list[str], times: int) -> None:
    plan = made(checkout, repeated(noise().drop(without), times)).plan
    assert (plan.counted, plan.copies) == (ROWS, (times - 1) * ROWS)
    verdict = run("m", checkout)
    assert verdict["status"] == "failed", verdict["rules"]
    # With too few rows to judge on, it would not be chance that was found wanting.
    assert verdict["rules"][0]["name"] == "evidence"
    assert verdict["rules"][0]["status"] == "passed"


def visits() -> pl.DataFrame:
    """Eight visits of each of 300 customers, with a label of the customer that is chance."""
    random = np.random.default_rng(7)
    customers, rows = 300, 2_400
    of = np.arange(rows) % customers
    return pl.DataFrame(
        {
            "customer_id": of + 5_000,
            "income": random.lognormal(8, 0.5, customers).round(0)[of],
            "height": random.normal(170, 9, customers).round(1)[of],
            "basket": random.lognormal(3, 0.7, rows).round(4),
            "left": random.choice(["yes", "no"], customers)[of],
        }
    )


def test_a_customer_on_both_sides_does_not_let_noise_pass(checkout: Path) -> None:
    assert made(checkout, visits()).plan.group == "customer_id"
    verdict = run("m", checkout)
    assert verdict["status"] == "failed", verdict["rules"]
    assert verdict["rules"][0]["status"] == "passed"
