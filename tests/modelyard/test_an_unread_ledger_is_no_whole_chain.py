"""The report calls the chain whole only if it has read every environment's ledger."""

import re
from dataclasses import replace

import pytest

from modelyard.report.facts import LedgerFacts
from modelyard.report.render import render
from tests.modelyard.example_facts import facts


def tile(*ledgers: LedgerFacts) -> tuple[str, str]:
    """How the ledgers of dev, staging and prod are shown at the top: look and words."""
    # Without charts: drawing them would take most of the test's time.
    bare = replace(facts(), versions=[], lives=[], stories={}, ledgers=list(ledgers))
    found = re.search(
        r'<li class="(\w+)"><b>\d+</b><span>ledger entries, (.+?)</span>', render(bare)
    )
    assert found
    return found[1], found[2]


def read(environment: str, *, intact: bool = True) -> LedgerFacts:
    return LedgerFacts(environment=environment, intact=intact, reason="", entries=[])


def test_all_read_and_whole_is_good() -> None:
    assert tile(read("dev"), read("staging"), read("prod")) == ("good", "chain whole")


@pytest.mark.parametrize("names", [(), ("prod",), ("dev", "staging")])
def test_what_was_not_read_is_not_called_whole(names: tuple[str, ...]) -> None:
    assert tile(*map(read, names)) == ("idle", "not all read")


def test_one_broken_chain_is_told_whatever_was_not_read() -> None:
    broken = read("dev", intact=False)
    assert tile(broken) == ("bad", "chain broken")
    assert tile(broken, read("staging"), read("prod")) == ("bad", "chain broken")


def test_without_an_environment_there_is_nothing_to_call_whole() -> None:
    nothing = replace(facts(), versions=[], lives=[], stories={}, environments=[], ledgers=[])
    assert "chain whole" not in render(nothing).partition("<main>")[0]
