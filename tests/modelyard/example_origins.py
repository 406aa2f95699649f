"""What lineage and mirror say in a report's example."""

from typing import Any

from modelyard.report.facts import VersionFacts

DIGEST = "5a1e" * 16


def lineage(number: str) -> dict[str, Any]:
    """Of a version of the flights."""
    return {
        "run": f"run{number}",
        "tables": [
            {"name": "curated/flights", "version": 4},
            {"name": "curated/weather", "version": 3},
        ],
        "window": {"start": "2013-01-01", "end": "2013-05-01", "holdout_start": "2013-03-06"},
        "sample": 1.0,
        "rows": {"training": 56_533, "training_sha256": DIGEST, "holdout_sha256": DIGEST},
        "fitted": {"refitted": True, "rows": 109_119},
        "seed": 7,
        "champion": None,
        "libraries": {"python": "3.11.7", "scikit-learn": "1.6.1", "skops": "0.11"},
    }


def mirror() -> dict[str, Any]:
    """Of the flights, and of a table that is another model's."""
    flights = {
        "rows": 109_119,
        "suppressed": 44,
        "k": 5,
        "smallest_class": 6,
        "quasi_identifiers": ["carrier", "origin", "dest"],
        "pseudonymised": ["flight", "tailnum"],
        "coarsened": ["distance"],
        "dropped": ["model"],
    }
    weather = {"rows": 8_621, "suppressed": 0, "k": 5, "smallest_class": None}
    return {"tables": {"flights": flights, "weather": weather, "churn": weather}}


def diabetes(environment: str) -> VersionFacts:
    """A version of a model that predicts a quantity, and is judged by its mean absolute error."""
    rule = {"status": "passed", "text": "gain +21.9", "allowed": 2.0, "low": 15.0, "high": 28.0}
    measured = {"r2": 0.4711, "rmse": 55.02, "mae": 44.18}
    usual = {"r2": -0.0113, "rmse": 76.1, "mae": 66.07}
    return VersionFacts(
        environment=environment,
        model="diabetes",
        number="1",
        live=False,
        status="Approved",
        gate="passed",
        registered_at="2030-01-02T03:04:05Z",
        git_sha="0123456789abcdef0123456789abcdef01234567",
        image_digest="sha256:" + "ab12" * 16,
        run="abc",
        gate_details={"rules": [{"name": "mae over baseline", "measured": 21.9, **rule}]},
        metrics={
            "labelled_rows": 90,
            "metrics": {"candidate": measured, "baseline": usual},
            "months": [
                {"month": month, "labelled_rows": 45, "candidate": measured, "baseline": usual}
                for month in ("2013-03", "2013-04")
            ],
        },
    )
