"""Promise: `make up` tells the whole story, once, and goes on wherever Ctrl-C hit it."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from deltalake import DeltaTable

from tests.acceptance.aws import Session, session
from tests.acceptance.buckets import bucket, keys, newest
from tests.acceptance.checkout import Checkout
from tests.acceptance.terminal import ctrl_c, read_until

pytestmark = pytest.mark.engine

STAGES = (
    "Sandbox",
    "Environments",
    "Data",
    "Development",
    "Staging",
    "Prod",
    "Second version",
    "And back",
)
INTERRUPTED = (
    (3, r"prod ingest: executing"),
    (4, r"dev train: executing"),
    (5, r"staging flight_delay: training"),
    (6, r"prod flight_delay: train done"),
    (7, r"prod evaluate: executing"),
    (8, r"prod: waiting for version \d+ to answer"),
)
"""Stage, and what it shows at the moment when somebody presses Ctrl-C."""


@dataclass
class Telling:
    """Everything that was shown until the story had been told."""

    shown: list[str] = field(default_factory=list)
    codes: list[int] = field(default_factory=list)

    @property
    def last(self) -> str:
        """What the run showed that came to the end."""
        return self.shown[-1]


@pytest.fixture(scope="module")
def telling(deployed: Checkout) -> Telling:
    """The story, interrupted in every stage that can leave something half done."""
    told = Telling()
    for _, moment in INTERRUPTED:
        with deployed.started("up", "--story", "release") as running:
            shown = read_until(running, moment, seconds=600)
            told.shown.append(shown + ctrl_c(running))
            told.codes.append(running.returncode)
    done = deployed.shell("make up STORY=release", patience=1800)
    told.shown.append(done.told)
    return told


@pytest.fixture(scope="module")
def prod(telling: Telling, deployed: Checkout) -> Session:
    """Production, once the story has been told."""
    return session(deployed, "prod")


@pytest.fixture(scope="module")
def chapters(telling: Telling, deployed: Checkout) -> dict[str, Any]:
    """What the story wrote down of each stage."""
    told: dict[str, Any] = story(deployed)["chapters"]
    return told


def story(deployed: Checkout) -> dict[str, Any]:
    """What the story's book says of the flights."""
    told: dict[str, Any] = json.loads((deployed.state / "story.json").read_text())
    return dict(told["stories"]["flight_delay"])


def test_ctrl_c_in_any_stage_says_where_the_story_goes_on(telling: Telling) -> None:
    for (stage, _), shown, code in zip(INTERRUPTED, telling.shown, telling.codes, strict=False):
        assert code == 130, shown
        assert f"interrupted during: the story, stage {stage}" in shown
        assert "resume: make up" in shown
        assert "Traceback" not in shown


def test_what_was_true_is_not_made_again(telling: Telling) -> None:
    # Each run finds true what came before the stage in which the run before it was cut off.
    reached = [3, *(stage for stage, _ in INTERRUPTED)]
    for stage, shown in zip(reached, telling.shown, strict=True):
        found = re.findall(r"\[(\d)/\d\] [^:]+:.*already true: \S", shown)
        assert [int(each) for each in found][: stage - 1] == [*range(1, stage)]


def test_every_stage_is_named_with_its_number(telling: Telling) -> None:
    headings = re.findall(r"\[(\d)/(\d)\] ([^:]+):", telling.last)
    assert headings == [
        (str(number), str(len(STAGES)), name) for number, name in enumerate(STAGES, start=1)
    ]


def test_every_stage_has_its_seconds_and_those_that_use_rows_say_how_many(
    chapters: dict[str, Any],
) -> None:
    assert set(chapters) >= {"data", "development", "staging", "prod", "second", "back"}
    for name in ("data", "development", "staging", "prod", "second"):
        assert chapters[name]["seconds"] > 0
        assert sum(chapters[name]["facts"]["rows"].values()) > 10_000, name


def test_it_ends_with_where_the_report_is_and_how_to_go_on(
    telling: Telling, deployed: Checkout
) -> None:
    named = re.search(r"report: file://(\S+)", telling.last)
    assert named is not None
    page = Path(named[1])
    assert page == deployed.state / "report.html"
    assert "flight_delay" in page.read_text()
    assert f'eval "$({deployed.root}/bin/modelyard sandbox env)"' in telling.last


def test_no_request_fails_from_the_first_version_to_the_way_back(
    telling: Telling, deployed: Checkout
) -> None:
    runs = story(deployed)["traffic"]
    assert sum(run["requests"] for run in runs) > 100
    assert sum(run["failed"] for run in runs) == 0


def test_the_real_bad_row_and_the_planted_ones_lie_in_quarantine(
    telling: Telling, deployed: Checkout
) -> None:
    shown = deployed.modelyard("data", "show", "flight_delay", "--env", "prod", "--json").json
    tables = {each["table"]: each for each in shown["tables"]}
    assert any("wind_speed" in rule for rule in tables["weather"]["rules"])
    assert tables["weather"]["quarantine"] == 1
    assert tables["flights"]["planted"] == tables["flights"]["quarantine"] == 6
    assert [each["table"] for each in shown["refused"]] == ["weather"]
    assert "wind_speed" in shown["refused"][0]["reason"]


def test_the_mirror_is_checked_for_k_anonymity(prod: Session) -> None:
    s3 = prod.client("s3")
    mirror = bucket(s3, "mirror")
    report = json.loads(s3.get_object(Bucket=mirror, Key="report.json")["Body"].read())
    flights = report["tables"]["flights"]
    assert flights["k"] == 5
    assert flights["smallest_class"] >= 5
    assert flights["suppressed"] <= 0.001 * flights["rows"]


def test_staging_was_loaded_without_an_error(telling: Telling, deployed: Checkout) -> None:
    s3 = session(deployed, "staging").client("s3")
    kept = newest(s3, bucket(s3, "artifacts"), "evidence/flight_delay/")
    assert kept["outcome"] == "passed"
    assert kept["steps"]["smoke"]["rows"] == 20
    assert kept["steps"]["load"]["requests"] > 100
    assert kept["steps"]["load"]["errors"] == 0


def test_prod_refused_before_somebody_else_had_signed(telling: Telling) -> None:
    assert "refused, as it should be" in "".join(telling.shown)
    assert "approved by" in "".join(telling.shown)


def test_champion_and_candidate_were_compared_on_the_same_days(prod: Session) -> None:
    s3 = prod.client("s3")
    gate = newest(s3, bucket(s3, "artifacts"), "runs/flight_delay/", "gate.json")
    [over] = (rule for rule in gate["rules"] if rule["name"] == "roc_auc over champion")
    assert over["low"] < over["measured"] < over["high"]


def test_the_ledger_tells_the_way_of_both_versions_once(
    telling: Telling, deployed: Checkout
) -> None:
    entries = deployed.modelyard("audit", "log", "--env", "prod", "--json").json
    kinds = [each["kind"] for each in entries if each["model"] == "flight_delay"]
    agreed = "waived" if "waived" in kinds else "approved"
    assert kinds == ["approved", "released", "retrained", agreed, "released", "rolled_back"]


def test_what_was_served_is_what_was_computed_offline(prod: Session) -> None:
    s3 = prod.client("s3")
    lake, artifacts = bucket(s3, "lakehouse"), bucket(s3, "artifacts")
    table = DeltaTable(f"s3://{lake}/predictions/flight_delay", storage_options=prod.storage())
    asked = pl.DataFrame(pl.from_arrow(table.to_pyarrow_table()))
    names = [name for name in asked.columns if name.startswith("input_")]
    served = asked.select(pl.col(name).alias(name.removeprefix("input_")) for name in names)
    offline = pl.concat(
        [
            pl.read_parquet(s3.get_object(Bucket=artifacts, Key=key)["Body"].read())
            for key in keys(s3, artifacts, "runs/flight_delay/", "holdout.parquet")
        ],
        how="diagonal",
    ).select(served.columns)
    served = served.unique().cast(dict(offline.schema))
    known = offline.fill_nan(None).unique()
    assert served.height > 100
    assert (
        served.fill_nan(None)
        .join(known, on=served.columns, how="anti", nulls_equal=True)
        .is_empty()
    )


def test_the_tour_of_the_readme_works_as_printed(telling: Telling, deployed: Checkout) -> None:
    for line in tour(deployed):
        deployed.shell(line)


def tour(checkout: Checkout) -> Iterator[str]:
    """The commands of the README's tour, with a prediction id for the one that needs it."""
    text = (checkout.root / "README.md").read_text()
    block = text.partition("## The tour")[2].partition("```bash\n")[2].partition("```")[0]
    lines = [line.partition("  #")[0].strip() for line in block.splitlines()]
    asked = checkout.modelyard("predict", "flight_delay", "--env", "prod", "--example", "--json")
    known = asked.json["parameters"]["prediction_id"]
    for line in filter(None, lines):
        if "PREDICTION_ID" in line:
            # The collector records an answer a few seconds after it was given.
            typed = line.replace("PREDICTION_ID", known)
            yield f"for _ in $(seq 60); do {typed} && exit; sleep 1; done; exit 1"
        elif not line.startswith("eval "):
            yield line


def test_told_again_every_stage_is_already_true(telling: Telling, deployed: Checkout) -> None:
    again = deployed.modelyard("up", "--story", "release").told
    assert again.count(": already true: ") == len(STAGES)


def test_the_working_tree_stays_clean(telling: Telling, deployed: Checkout) -> None:
    assert deployed.changes() == ""
