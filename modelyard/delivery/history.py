"""What delivery writes into the ledger, and how commands read it back."""

from typing import TYPE_CHECKING, Any

from modelyard.delivery.journey import now
from modelyard.place import Place

if TYPE_CHECKING:
    from ml.governance.ledger import Ledger

_FIELDS = {"kind", "actor", "model", "version", "reason"}


def ledger(place: Place, *, writing: bool = False) -> "Ledger":
    """Return an environment's ledger; an auditor needs no right to sign."""
    from ml.governance.ledger import Ledger

    return Ledger.of_bucket(
        s3=place.client("s3"),
        kms=place.client("kms"),
        bucket=place.platform.audit_bucket,
        key_arn=place.platform.ledger_key_arn,
        write=writing,
    )


def append_once(place: Place, fact: dict[str, Any]) -> None:
    """Append a fact unless its operation is there: a step done again adds nothing."""
    from ml.governance.ledger import Entry

    book = ledger(place, writing=True)
    if _has(book, str(fact["operation"])):
        return
    details = {
        name: str(value) for name, value in fact.items() if name not in _FIELDS and value != ""
    }
    book.append(
        Entry(
            at=now(),
            environment=place.name,
            details=details,
            **{name: str(fact.get(name, "")) for name in _FIELDS},
        )
    )


def is_recorded(place: Place, operation: str) -> bool:
    """Say whether an operation stands in the ledger."""
    return _has(ledger(place), operation)


def log(place: Place) -> list[dict[str, Any]]:
    """Return the ledger's entries as plain data, oldest first."""
    from ml.governance.entries import to_json

    return [to_json(record) for record in ledger(place).read()]


def _has(book: "Ledger", operation: str) -> bool:
    return any(each.entry.details.get("operation") == operation for each in book.read())
