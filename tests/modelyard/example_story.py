"""A story as it was told, for the report's tests: its chapters, its traffic and its ledger."""

from typing import Any

ADA = "arn:aws:sts::333333333333:assumed-role/platform-engineer/ada"
GRACE = "arn:aws:sts::333333333333:assumed-role/platform-engineer/grace"


def entries() -> list[dict[str, Any]]:
    """What the ledger of production says of it."""
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


def story() -> dict[str, Any]:
    """The whole story of the flights."""
    stages = (
        ("sandbox", "Sandbox: AWS, three clusters, registry, delivery", 24.1, "27 parts run"),
        ("environments", "Environments: dev, staging and prod by the real engine", 182.3, "503"),
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


def own_story() -> dict[str, Any]:
    """A story that was told as far as its data."""
    title = "Data: customers.csv lands, checked and mirrored"
    evidence = "4,998 of 5,000 rows of customers.csv curated"
    data = {
        "name": "data", "title": title, "seconds": 9.5, "evidence": evidence, "at": "",
        "facts": {"rows": {"churn": 5000}},
    }  # fmt: skip
    return {"chapters": {"data": data}, "traffic": []}
