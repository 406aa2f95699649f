"""Step `redact`: curated tables → pseudonymised, k-anonymous mirror that development reads."""

import json
import sys
from collections.abc import Sequence
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from ml.data.contract import load_contract
from ml.data.lakehouse import Lakehouse
from ml.data.mirror import publish
from ml.data.own_session import own_session
from ml.data.store import Store
from ml.failures import StepError
from ml.steps.arguments import StepParser, spec_of

REPORT = "report.json"


def run(argv: Sequence[str]) -> int:
    """Publish what changed since the last time; refuse everything when k is violated."""
    parser = StepParser("redact", __doc__)
    parser.add_argument("--lake", required=True, help="root of the lakehouse, s3://BUCKET")
    parser.add_argument("--mirror", required=True, help="root of the mirror, s3://BUCKET")
    parser.add_argument("--secret", required=True, help="ARN of the secret with the key")
    flags = parser.read(argv)
    spec = spec_of(flags)
    contract = load_contract(spec.contract_path)
    tables = publish(
        Lakehouse(flags.lake), Lakehouse(flags.mirror), spec, contract, read_key(flags.secret)
    )
    files = Store(flags.mirror)
    before = json.loads(files.get(REPORT) or b'{"tables": {}}')["tables"]
    news = {line["table"]: line for line in tables if line["state"] == "published"}
    # One report for all models: tables of the others, and those that did not change, stay in it.
    files.put(REPORT, json.dumps({"tables": {**before, **news}}, indent=1).encode())
    sys.stdout.write(table_of(tables))
    sys.stdout.write(json.dumps({"step": "redact", "tables": tables}) + "\n")
    return 0


def read_key(secret: str) -> bytes:
    """The pseudonym key; it is never written, printed or passed on."""
    try:
        found = own_session().client("secretsmanager").get_secret_value(SecretId=secret)
    except (ClientError, BotoCoreError) as error:
        raise StepError(f"--secret {secret}: {error}") from None
    binary = found.get("SecretBinary")
    return bytes(binary) if binary is not None else str(found["SecretString"]).encode()


def table_of(tables: Sequence[dict[str, Any]]) -> str:
    """The report for people."""
    lines = [f"{'table':<10}{'rows':>9}{'left out':>10}{'k':>4}{'smallest class':>16}  state"]
    for line in tables:
        counts = f"{line.get('rows', '-'):>9}{line.get('suppressed', '-'):>10}"
        classes = f"{line.get('k', '-'):>4}{line.get('smallest_class') or '-':>16}"
        lines.append(f"{line['table']:<10}{counts}{classes}  {line['state']}")
    return "\n".join(lines) + "\n"
