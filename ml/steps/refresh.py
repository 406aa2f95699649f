"""Step `refresh`: the recent part of the curated tables → as-of tables that servers read."""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict

from ml.data.contract import load_contract
from ml.data.lakehouse import Lakehouse
from ml.data.refresh import Refreshed, refresh
from ml.data.store import Store
from ml.steps.arguments import StepParser, spec_of


def run(argv: Sequence[str]) -> int:
    """Bring the as-of tables up to date; unchanged ones stay."""
    parser = StepParser("refresh", __doc__)
    parser.add_argument("--lake", required=True, help="root of the lakehouse, s3://BUCKET")
    flags = parser.read(argv)
    spec = spec_of(flags)
    contract = load_contract(spec.contract_path)
    done = refresh(Lakehouse(flags.lake), Store(flags.lake), spec, contract)
    sys.stdout.write(table_of(done))
    tables = [asdict(each) for each in done]
    sys.stdout.write(json.dumps({"step": "refresh", "tables": tables}) + "\n")
    return 0


def table_of(done: Sequence[Refreshed]) -> str:
    """The outcomes for people."""
    lines = [f"{'table':<16}{'rows':>9}  state"]
    lines += [f"{each.table:<16}{each.rows or '-':>9}  {each.state}" for each in done]
    return "\n".join(lines) + "\n"
