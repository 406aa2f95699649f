"""Rows that equal others word for word count once, where they are copies and not chance."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import polars as pl
import pytest

from ml.data.contract import load_contract
from ml.data.ingest import Outcome, ingest
from ml.data.lakehouse import Lakehouse
from ml.data.store import Store
from modelyard.errors import RefusedError
from modelyard.onboarding import batches as cutting
from modelyard.onboarding import strips
from modelyard.onboarding.caveats import warnings
from modelyard.onboarding.copies import different_rows
from modelyard.onboarding.making import make_model
from modelyard.onboarding.request import Request
from modelyard.onboarding.row_content import content_keys
from modelyard.onboarding.user_made import batches_of
from tests.modelyard.onboarding.files import (
    ROWS,
    column,
    csv_text,
    labelled,
    opened,
    planned,
    texts,
)


def again(content: str, times: int = 2) -> str:
    """Each row so many times."""
    names, *rows = content.splitlines()
    return "\n".join([names, *rows * times]) + "\n"


def measured(more: float = 0.0) -> str:
    """Rows without a key, of which no two have one weight."""
    return csv_text(labelled(weight=lambda n: f"{n * 1.5 + more:.1f}"))


def few() -> str:
    """Eight answers, each given by several people."""
    return csv_text({"a": lambda n: n % 4, "y": lambda n: "yes" if n % 3 else "no"})


def made(checkout: Path, content: str) -> Path:
    """The folder of a model from this file."""
    (checkout / "models").mkdir()
    file = checkout / "t.csv"
    file.write_text(content)
    return make_model(checkout, Request(model="m", file=file, label="y"), force=False).folder


def ingested(checkout: Path, file: Path | None = None) -> list[Outcome]:
    """What becomes of the batches of a file, by default that of the model."""
    lake = str(checkout / "lake")
    for name, body in batches_of(checkout, "m", file=file):
        Store(lake).put(f"landing/m/{name}", body)
    contract = load_contract(checkout / "models" / "m" / "contract.yaml")
    return ingest(Lakehouse(lake), Store(lake), contract, ("m",))


def keys(checkout: Path, file: Path | None = None) -> list[str]:
    """The keys of the rows of a file as they land."""
    frames = [pl.read_csv(io.BytesIO(body)) for _, body in batches_of(checkout, "m", file=file)]
    return pl.concat(frames)["row_id"].to_list()


@pytest.mark.parametrize("times", [2, 4])
def test_a_key_is_found_however_many_copies_there_are(tmp_path: Path, times: int) -> None:
    content = csv_text(labelled(customer_id=lambda n: f"C{n}"))
    plan = planned(tmp_path, again(content, times))
    assert (plan.key, plan.copies) == (("customer_id",), (times - 1) * ROWS)
    assert plan.target.labelled == plan.counted == ROWS
    assert plan.holdout == planned(tmp_path, content).holdout


def test_a_named_key_is_judged_by_the_rows_that_are_no_copies(tmp_path: Path) -> None:
    plan = planned(tmp_path, again(csv_text(labelled(code=lambda n: f"C{n}"))), key=("code",))
    assert plan.key == ("code",)
    content = csv_text(labelled(code=lambda n: f"C{n % 40}"))
    told = r"code is no key: 80 of 120 different rows \(without 120 copies\) repeat"
    with pytest.raises(RefusedError, match=told):
        planned(tmp_path, again(content), key=("code",))


def test_what_is_left_out_does_not_depend_on_copies(tmp_path: Path) -> None:
    content = csv_text(labelled(note=lambda n: f"n{n * 7}", order_no=lambda n: n * 7))
    plan = planned(tmp_path, again(content), key=("none",))
    assert column(plan, "note").why == "is an identifier: 120 different texts in 120 rows"
    assert column(plan, "order_no").why.startswith("is an identifier")


def test_rows_that_a_measurement_tells_apart_are_copies_where_they_are_alike(
    tmp_path: Path,
) -> None:
    plan = planned(tmp_path, again(measured()))
    assert plan.keyless
    assert (plan.counted, plan.copies) == (ROWS, ROWS)
    assert dict(warnings(plan))["copies"].startswith("120 rows equal an earlier one in every")
    assert "count once" in dict(warnings(plan))["copies"]


def test_of_many_rows_measurements_together_tell_them_apart(tmp_path: Path) -> None:
    def some(n: int, values: int) -> str:
        return f"{pow(n + 3, 5, 100_003) % values / 10}"

    columns = {"a": lambda n: some(n, 1_500), "b": lambda n: some(n * 7, 2_000)}
    content = csv_text({**columns, "y": lambda n: n % 2}, rows=8_000)
    plan = planned(tmp_path, again(content))
    assert plan.once
    # Each alone has a value for every few rows only, and of whole tenths there are too few.
    assert max(each.profile.distinct for each in plan.columns) < plan.counted / 2
    columns = {"a": lambda n: some(n, 90), "b": lambda n: some(n * 7, 80)}
    content = csv_text({**columns, "y": lambda n: n % 2}, rows=8_000)
    assert not planned(tmp_path, again(content)).once


def test_rows_of_a_few_categories_are_alike_by_chance_and_all_count(tmp_path: Path) -> None:
    plan = planned(tmp_path, few())
    assert (plan.counted, plan.copies) == (ROWS, ROWS - 8)
    assert plan.target.labelled == ROWS
    assert "the gate's figures will be too good" in dict(warnings(plan))["copies"]


def test_a_number_of_few_values_makes_no_copies_of_people_alike(tmp_path: Path) -> None:
    content = csv_text({"age": lambda n: n * n % 83, "y": lambda n: n % 2}, rows=2_000)
    plan = planned(tmp_path, content)
    assert (plan.keyless, plan.once, plan.counted) == (True, False, 2_000)
    content = csv_text({"town": lambda n: f"t{n % 60}", "y": lambda n: n % 60 % 2}, rows=2_000)
    plan = planned(tmp_path, content)
    assert (plan.keyless, plan.once, plan.counted) == (True, False, 2_000)


def test_of_a_few_copies_among_numbered_rows_no_harm_is_told(tmp_path: Path) -> None:
    columns = {f"c{k}": (lambda n, k=k: n // 9**k % 9) for k in range(4)}
    content = csv_text({**columns, "y": lambda n: "yes" if n % 2 else "no"}, rows=6_000)
    plan = planned(tmp_path, content + "".join(content.splitlines(keepends=True)[1:11]))
    assert (plan.once, plan.copies) == (False, 10)
    assert dict(warnings(plan))["copies"].endswith("they stay, numbered")


def test_the_first_of_each_copy_stays_in_its_place_across_strips(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(strips, "WIDTH", 2)
    rows = [",".join(str(n % 5_000 * (k + 3)) for k in range(5)) for n in range(9_000)]
    table = opened(tmp_path, "\n".join(["a,b,c,d,e", *rows]))
    once = different_rows(table)
    assert texts(once) == texts(table)[:5_000]
    # Of rows without copies nothing is written again.
    assert different_rows(once) is once


def test_copies_are_quarantined_as_repeats_also_as_a_batch_of_their_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cutting, "_FEWEST_ROWS", 10)
    monkeypatch.setattr(cutting, "ROWS_PER_BATCH", ROWS)
    made(tmp_path, again(measured(), 3))
    first, *others = ingested(tmp_path)
    assert (first.state, first.valid, first.quarantined) == ("ingested", ROWS, 0)
    assert [(each.state, each.valid, each.broken) for each in others] == [
        ("ingested", 0, {"primary_key": ROWS})
    ] * 2


def test_a_copy_is_one_in_a_later_file_too_however_it_is_written(tmp_path: Path) -> None:
    made(tmp_path, measured())
    ingested(tmp_path)
    later = tmp_path / "later.csv"
    turned = [";".join(reversed(line.split(","))) for line in measured().splitlines()]
    new = [";".join(reversed(line.split(","))) for line in measured(0.2).splitlines()[1:]]
    later.write_text("\n".join([*turned, *new]).replace(".5", ".50"))
    known, more = sorted(ingested(tmp_path, later), key=lambda each: each.state)
    assert known.state == "already ingested"
    assert (more.landed, more.valid, more.broken) == (2 * ROWS, ROWS, {"primary_key": ROWS})


def test_what_a_row_holds_decides_and_not_how_its_texts_join() -> None:
    frame = pl.DataFrame(
        {
            "p": ["a", "a1:b", "", None, "a1:b", "ä"],
            "q": ["b", "", "ab", "ab", None, "a"],
        }
    )
    found = content_keys(frame).to_list()
    assert len(set(found)) == len(frame)
    assert content_keys(frame.reverse()).to_list() == found[::-1]
    # Keys that have landed must not change: a later copy would be a row of its own.
    assert found[0] == hashlib.sha256(b"1:a1:b").hexdigest()[:32]


def test_the_decision_is_kept_and_a_folder_without_it_numbers_its_rows(tmp_path: Path) -> None:
    source = made(tmp_path, again(measured())) / "source.yaml"
    assert len(set(keys(tmp_path))) == ROWS
    kept = "row_key_of: content\n"
    assert kept in source.read_text()
    source.write_text(source.read_text().replace(kept, ""))
    assert len(set(keys(tmp_path))) == 2 * ROWS
    assert keys(tmp_path)[0].endswith("-000000001")
    # The contract that was made takes either.
    (outcome,) = ingested(tmp_path)
    assert (outcome.valid, outcome.quarantined) == (2 * ROWS, 0)


def test_a_file_of_too_few_different_rows_is_refused_with_its_copies(tmp_path: Path) -> None:
    content = csv_text(labelled(weight=lambda n: n * 1.5), rows=60)
    with pytest.raises(RefusedError, match=r"60 of 60 rows .* 60 rows are copies of others"):
        planned(tmp_path, again(content))
