"""What anyone who adds to the ledger may do: create entries, move the head, see every version."""

from __future__ import annotations

from infra.administration.grants.access import Access, under
from infra.administration.grants.jobs import READ
from infra.administration.statements import Statement, allow
from infra.names import LEDGER_HEAD


def ledger_statements(access: Access) -> list[Statement]:
    """Entries can be made and never replaced; only the head can, by who has read it before."""
    audit = access.buckets.audit
    ledger = under(audit, "ledger")
    return [
        allow(
            "SeeEveryVersionOfTheLedger",
            ["s3:ListBucket", "s3:ListBucketVersions"],
            audit,
            {"StringEquals": {"s3:prefix": "ledger/"}},
        ),
        allow("ReadLedger", READ, ledger),
        allow("AppendToLedger", "s3:PutObject", ledger, {"Null": {"s3:if-none-match": "false"}}),
        allow(
            "MoveLedgerHead",
            "s3:PutObject",
            under(audit, "ledger", name=LEDGER_HEAD),
            {"Null": {"s3:if-match": "false"}},
        ),
        allow(
            "SignLedger",
            ["kms:GetPublicKey", "kms:Sign", "kms:Verify"],
            access.keys.ledger,
            # GetPublicKey carries no algorithm, hence IfExists; Sign always names one.
            {"StringEqualsIfExists": {"kms:SigningAlgorithm": "ECDSA_SHA_256"}},
        ),
    ]
