"""Promise: what the story tells is true of the accounts: evidence, ledger, tables and gates."""

import json

import polars as pl
import pytest
from deltalake import DeltaTable

from tests.acceptance.aws import Session, session
from tests.acceptance.buckets import bucket, keys, newest
from tests.acceptance.checkout import Checkout
from tests.acceptance.telling import Telling, story

pytestmark = pytest.mark.engine


@pytest.fixture(scope="module")
def prod(telling: Telling, deployed: Checkout) -> Session:
    """Production, once the story has been told."""
    return session(deployed, "prod")


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
