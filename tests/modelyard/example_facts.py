"""A report's facts as a told story would leave them, for tests and for looking at the page."""

from typing import Any

from modelyard.live.endpoint import Pod
from modelyard.live.landing import Zone
from modelyard.live.status import EnvironmentStatus, ModelStatus
from modelyard.report.facts import DataFacts, Facts, LedgerFacts, VersionFacts
from tests.modelyard.example_life import classes, half_year, slices, unwatched

SHA = "0123456789abcdef0123456789abcdef01234567"
IMAGE = "sha256:" + "ab12" * 16
ADA = "arn:aws:sts::333333333333:assumed-role/platform-engineer/ada"
GRACE = "arn:aws:sts::333333333333:assumed-role/platform-engineer/grace"


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
        ],
        data=[_data()],
        ledgers=[
            LedgerFacts(environment="prod", intact=True, reason="", entries=_entries()),
            LedgerFacts(environment="dev", intact=False, reason="entry 2 is missing", entries=[]),
        ],
        lives=[half_year(), classes(), slices(), unwatched()],
        stories={"flight_delay": _story(), "churn": _own_story()},
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
        environment="prod", model="flight_delay", zones=[flights, weather], refused=[refused]
    )


def _entries() -> list[dict[str, Any]]:
    kinds: tuple[tuple[str, str, str, str, dict[str, str]], ...] = (
        ("approved", "", GRACE, "", {}),
        ("released", "1", ADA, "", {"approver": GRACE, "gate": "passed"}),
        ("retrained", "", ADA, "", {}),
        ("waived", "2", GRACE, "shown in the story", {}),
        ("released", "2", ADA, "shown in the story", {"waived_by": GRACE, "gate": "failed"}),
        ("rolled_back", "1", ADA, "to show that the way back is there", {}),
    )
    return [
        {
            "seq": number, "at": f"2030-01-02T03:0{number}:00Z", "kind": kind, "model":
            "flight_delay", "environment": "prod", "version": version, "actor": actor,
            "reason": reason, "details": details, "digest": "sha256:0",
        }
        for number, (kind, version, actor, reason, details) in enumerate(kinds, start=1)
    ]  # fmt: skip


def _story() -> dict[str, Any]:
    stages = (
        ("sandbox", "Sandbox: AWS, three clusters, registry, delivery", 24.1, "27 parts run"),
        ("environments", "Environments: dev, staging and prod by the real engine", 61.0, "503"),
        ("data", "Data: January to April land, are checked and mirrored", 18.4, "110,299 flights"),
        ("development", "Development: a model is trained on the mirror", 33.8, "version 1"),
        ("staging", "Staging: the release is promoted", 41.2, "212 requests/s, p99 31 ms"),
        ("prod", "Prod: approved by someone else", 44.0, "version 1 is live"),
        ("second", "Second version: May and June land", 52.3, "version 2 went live"),
        ("back", "And back: rollback, audit, trace", 12.9, "version 1 is live again"),
    )
    chapters = {
        name: {
            "name": name, "title": title, "seconds": seconds, "evidence": evidence, "at": "",
            "facts": {"rows": {"flights": 110305}} if name == "data" else {},
        }
        for name, title, seconds, evidence in stages
    }  # fmt: skip
    seconds = [
        {
            "second": 1000 + n,
            "answers": {"2" if 50 < n < 75 else "1": 20},
            "failed": 0,
            "slowest_ms": 30.5,
        }
        for n in range(100)
    ]
    traffic = [{"requests": 2000, "failed": 0, "failures": [], "seconds": seconds}]
    return {"chapters": chapters, "traffic": traffic}


def _own_story() -> dict[str, Any]:
    """A story that was told as far as its data."""
    title = "Data: customers.csv lands, checked and mirrored"
    evidence = "4,998 of 5,000 rows of customers.csv curated"
    data = {
        "name": "data", "title": title, "seconds": 9.5, "evidence": evidence, "at": "",
        "facts": {"rows": {"churn": 5000}},
    }  # fmt: skip
    return {"chapters": {"data": data}, "traffic": []}
