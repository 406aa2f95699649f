"""Step `ingest`: landed files → contract check → raw, curated and quarantine tables."""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict

from ml.data.contract import load_contract
from ml.data.ingest import Outcome, ingest
from ml.data.lakehouse import Lakehouse
from ml.data.store import Store
from ml.failures import StepError
from ml.steps.arguments import StepParser, spec_of

REFUSED = 4
"""Exit code when at least one batch was refused; all others are ingested nevertheless."""


def run(argv: Sequence[str]) -> int:
    """Ingest everything that landed and is not ingested yet."""
    parser = StepParser("ingest", __doc__)
    parser.add_argument("--lake", required=True, help="root of the lakehouse, s3://BUCKET")
    flags = parser.read(argv)
    spec = spec_of(flags)
    contract = load_contract(spec.contract_path)
    missing = [table for table in spec.data.tables if table not in contract.tables]
    if missing:
        raise StepError(f"{spec.contract_path}: no schema for {', '.join(missing)}")
    outcomes = ingest(Lakehouse(flags.lake), Store(flags.lake), contract, spec.data.tables)
    sys.stdout.write(table_of(outcomes))
    sys.stdout.write(json.dumps({"step": "ingest", "batches": [asdict(o) for o in outcomes]}))
    sys.stdout.write("\n")
    refused = [o for o in outcomes if o.state == "refused"]
    if refused:
        raise StepError(told_of(refused), exit_code=REFUSED)
    return 0


def told_of(refused: Sequence[Outcome]) -> str:
    """What is wrong with the refused batches, on one line: the last one of a failed step."""
    each = "; ".join(f"{o.table} {o.batch}: {o.reason}" for o in refused)
    return f"refused whole, all others are ingested: {each}"


def table_of(outcomes: Sequence[Outcome]) -> str:
    """The outcomes for people, with the broken rules under each batch."""
    lines = [f"{'table':<10}{'batch':<28}{'landed':>9}{'valid':>9}{'quarantine':>12}  state"]
    for o in outcomes:
        counts = f"{o.landed:>9}{o.valid:>9}{o.quarantined:>12}"
        lines.append(f"{o.table:<10}{o.batch:<28}{counts}  {o.state}")
        lines += [f"{'':<10}  {rule}: {count}" for rule, count in o.broken.items()]
        if o.planted:
            lines.append(f"{'':<10}  of these, {o.planted} planted")
        if o.reason:
            lines.append(f"{'':<10}  {o.reason}")
    if not outcomes:
        lines.append("nothing has landed")
    return "\n".join(lines) + "\n"
