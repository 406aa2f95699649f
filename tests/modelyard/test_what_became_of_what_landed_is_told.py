"""Whoever lands a file is told what became of its rows, not what the table holds by now."""

import pytest

from modelyard.errors import RefusedError
from modelyard.live.landing import Zone
from modelyard.live.landing_result import require_some, told

BEFORE = Zone(table="homes", raw=1000, curated=950, quarantine=50, rules={"size.maximum": 50})


def after(curated: int, **rules: int) -> Zone:
    broken = {"size.maximum": 50 + rules.get("size", 0), "primary_key": rules.get("key", 0)}
    bad = rules.get("size", 0) + rules.get("key", 0)
    return Zone(
        table="homes",
        raw=1000 + curated + bad,
        curated=950 + curated,
        quarantine=50 + bad,
        rules=broken,
    )


def test_rows_and_broken_rules_are_those_of_this_landing() -> None:
    line = "homes: 300 rows landed: 290 curated, 10 in quarantine (size.maximum 7, primary_key 3)"
    assert told([BEFORE], [after(290, size=7, key=3)]) == [line]
    require_some([BEFORE], [after(290, size=7, key=3)])


def test_a_file_of_which_nothing_is_left_is_refused() -> None:
    with pytest.raises(RefusedError, match=r"None of the 300 rows .* \(size.maximum 300\)"):
        require_some([BEFORE], [after(0, size=300)])


def test_rows_that_are_known_already_ask_for_other_rows_and_for_no_correction() -> None:
    for rules, remedy in ({"key": 300}, "other rows"), ({"key": 150, "size": 150}, "correct the"):
        with pytest.raises(RefusedError) as refused:
            require_some([BEFORE], [after(0, **rules)])
        assert remedy in refused.value.remedy


def test_the_same_file_again_says_nothing() -> None:
    assert told([BEFORE], [BEFORE]) == []
    require_some([BEFORE], [BEFORE])
