"""A report's facts as a told story would leave them, for tests and for looking at the page."""

from typing import Any

from modelyard.live.endpoint import Pod
from modelyard.live.landing import Zone
from modelyard.live.status import EnvironmentStatus, ModelStatus
from modelyard.report.facts import DataFacts, Facts, LedgerFacts, VersionFacts
from tests.modelyard.example_life import classes, half_year, slices, unwatched
from tests.modelyard.example_origins import diabetes, lineage, mirror
from tests.modelyard.example_story import entries, own_story, story

SHA = "0123456789abcdef0123456789abcdef01234567"
IMAGE = "sha256:" + "ab12" * 16


def facts() -> Facts:
    """The whole report."""
    return Facts(
        generated_at="2030-01-02 03:04 UTC",
        commit="0123456",
        target="sandbox",
        environments=[_environment(*each) for each in _ENVIRONMENTS],
        versions=[
            _version("prod", "4", "failed", False, (0.738, 0.741)),
            _version("prod", "3", "passed", False, (0.757, 0.766)),
            _version("prod", "2", "failed", False, (0.741, 0.755)),
            _version("prod", "1", "passed", True, (0.768, 0.779)),
            _version("staging", "1", "passed", True, (0.752, 0.761)),
            _version("dev", "1", "passed", True, (0.766, 0.772)),
            diabetes("dev"),
        ],
        data=[_data()],
        ledgers=[
            LedgerFacts(environment="prod", intact=True, reason="", entries=entries()),
            LedgerFacts(environment="dev", intact=False, reason="entry 2 is missing", entries=[]),
        ],
        lives=[half_year(), classes(), slices(), unwatched()],
        stories={"flight_delay": story(), "churn": own_story()},
        missing=["dev ledger: <script>alert(1)</script>"],
    )


_ENVIRONMENTS = (("dev", "111111111111"), ("staging", "222222222222"), ("prod", "333333333333"))


def _environment(name: str, account: str) -> EnvironmentStatus:
    pods = tuple(
        Pod(name=f"flight-delay-{n}", ready=True, restarts=0, phase="Running") for n in (1, 2)
    )
    flights = ModelStatus(
        model="flight_delay",
        version="1",
        gate="passed",
        address="http://127.96.0.17:8080",
        ready=True,
        detail="ready",
        pods=pods,
    )
    diabetes = ModelStatus(
        model="diabetes",
        address="http://127.96.0.18:8080",
        detail="no version released yet",
        pods=pods,
    )
    return EnvironmentStatus(
        environment=name, account=account, up=True, models=[diabetes, flights]
    )


def _version(
    environment: str, number: str, gate: str, live: bool, months: tuple[float, float]
) -> VersionFacts:
    def part(month: str, value: float) -> dict[str, Any]:
        return {
            "month": month,
            "rows": 27000,
            "labelled_rows": 26300,
            "mean_outcome": 0.17,
            "mean_prediction": 0.165,
            "candidate": {"roc_auc": value, "average_precision": value - 0.25},
            "baseline": {"roc_auc": 0.66, "average_precision": 0.31},
        }

    return VersionFacts(
        environment=environment,
        model="flight_delay",
        number=number,
        live=live,
        status="Approved",
        gate=gate,
        registered_at="2030-01-02T03:04:05Z",
        git_sha=SHA,
        image_digest=IMAGE,
        run="abc",
        gate_details={"against": "baseline", "rules": _rules(gate)},
        metrics={
            "labelled_rows": 52600,
            "first_day": "2013-03-06",
            "last_day": "2013-04-30",
            "metrics": {
                "candidate": {"roc_auc": months[0], "average_precision": 0.512},
                "baseline": {"roc_auc": 0.662, "average_precision": 0.31},
            },
            "months": [part("2013-03", months[0]), part("2013-04", months[1])],
        },
        lineage=lineage(number),
    )


def _rules(gate: str) -> list[dict[str, Any]]:
    def rule(name: str, status: str, gain: float, low: float, high: float) -> dict[str, Any]:
        text = f"gain {gain:+.4f} [{low:+.4f}, {high:+.4f}]; the interval must lie above +0"
        return {
            "name": name, "status": status, "text": text, "measured": gain, "allowed": 0.02,
            "low": low, "high": high,
        }  # fmt: skip

    return [
        {"name": "evidence", "status": "passed", "text": "56 labelled days, at least 42 needed",
         "measured": 56, "allowed": 42, "low": None, "high": None},
        rule("roc_auc over baseline", "passed", 0.113, 0.095, 0.132),
        rule("roc_auc over champion", gate, 0.0035, -0.002, 0.014),
        rule("average_precision not worse than champion", "passed", 0.021, 0.004, 0.038),
    ]  # fmt: skip


def _data() -> DataFacts:
    rules = {"distance: minimum 10": 1, "origin: enum": 1, "carrier: required": 1}
    flights = Zone(
        table="flights",
        raw=110_305,
        curated=110_299,
        quarantine=6,
        version=4,
        planted=6,
        rules=rules,
    )
    weather = Zone(
        table="weather",
        raw=8_640,
        curated=8_639,
        quarantine=1,
        version=4,
        rules={"wind_speed: maximum 150": 1},
    )
    refused = {"table": "weather", "batch": "2013-01-renamed.csv", "reason": "no wind_speed"}
    return DataFacts(
        environment="prod",
        model="flight_delay",
        zones=[flights, weather],
        refused=[refused],
        mirror=mirror(),
    )
