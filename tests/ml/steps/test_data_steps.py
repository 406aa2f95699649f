"""From landed files to the rows of a training run, through the steps as a pipeline calls them."""

import io
import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import boto3
import polars as pl
import pytest
from moto import mock_aws

from ml.__main__ import main
from ml.data.store import Store
from ml.governance.lineage import build_lineage
from models.diabetes import source

pytestmark = pytest.mark.slow

SECRET = "pseudonyms"


@pytest.fixture
def roots(tmp_path: Path) -> dict[str, str]:
    """A lake in which the patients have landed, an empty mirror, a place for artifacts."""
    made = {name: str(tmp_path / name) for name in ("lake", "mirror", "artifacts")}
    for table, files in source.batches().items():
        for name, body in files.items():
            Store(made["lake"]).put(f"landing/{table}/{name}", body)
    return made


def last_json(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """Every step ends with one line for machines."""
    found: dict[str, Any] = json.loads(capsys.readouterr().out.splitlines()[-1])
    return found


def ingest(roots: dict[str, str]) -> int:
    return main(["ingest", "--model", "diabetes", "--lake", roots["lake"]])


def features(roots: dict[str, str], *more: str) -> int:
    places = ["--source", roots["lake"], "--lake", roots["lake"]]
    run = ["--artifacts", roots["artifacts"], "--run", "r1"]
    return main(["features", "--model", "diabetes", *places, *run, *more])


def parquet(roots: dict[str, str], name: str) -> pl.DataFrame:
    body = Store(roots["artifacts"]).get(f"runs/diabetes/r1/{name}.parquet")
    return pl.read_parquet(io.BytesIO(body or b""))


def test_a_refused_batch_has_its_own_exit_code_once(
    roots: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    Store(roots["lake"]).put("landing/patients/wrong.csv", b"patient,age\n900,0.1\n")
    assert ingest(roots) == 4
    states = [batch["state"] for batch in last_json(capsys)["batches"]]
    assert states == ["ingested", "refused"]
    assert ingest(roots) == 0
    states = [batch["state"] for batch in last_json(capsys)["batches"]]
    assert states == ["already ingested", "already refused"]


def test_a_run_records_what_it_was_made_from(
    roots: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert ingest(roots) == 0
    assert features(roots) == 0
    record = last_json(capsys)
    stored = Store(roots["artifacts"]).get("runs/diabetes/r1/features.json")
    assert {"step": "features", **json.loads(stored or b"")} == record
    assert record["source"] == roots["lake"]
    blank = defaultdict[str, str](str)
    lineage = build_lineage(
        identity={}, features=record, training=blank, served=blank, champion=None
    )
    assert lineage["source"] == roots["lake"]
    assert record["tables"] == [
        {"name": "curated/patients", "uri": f"{roots['lake']}/curated/patients", "version": 0}
    ]
    assert record["feature_table"]["version"] == 0
    training, holdout = parquet(roots, "training"), parquet(roots, "holdout")
    assert record["rows"] == {"training": training.height, "holdout": holdout.height}
    assert training.height + holdout.height == 442
    assert 0.2 < holdout.height / 442 < 0.3
    names = [column["name"] for column in record["columns"]]
    assert training.columns == [*names, "label", "key_patient"]
    assert all(training.schema[name] == pl.Float32 for name in names)


def test_refresh_waits_for_the_tables_and_then_keeps_what_servers_need(
    roots: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["refresh", "--model", "diabetes", "--lake", roots["lake"]]
    for state in ("has not landed yet", "refreshed", "already refreshed"):
        assert main(command) == 0
        assert [table["state"] for table in last_json(capsys)["tables"]] == [state]
        ingest(roots)
        capsys.readouterr()
    current = json.loads(Store(roots["lake"]).get("asof/diabetes/current.json") or b"")
    names = [column["name"] for column in current["request"]]
    assert names[:2] == ["patient", "age"]
    assert "progression" not in names


def test_a_sample_is_of_training_rows_only(roots: dict[str, str]) -> None:
    ingest(roots)
    features(roots)
    whole, holdout = parquet(roots, "training"), parquet(roots, "holdout")
    features(roots, "--sample", "0.3")
    sample = parquet(roots, "training")
    assert 0.2 < sample.height / whole.height < 0.4
    assert set(sample["key_patient"]) < set(whole["key_patient"])
    assert parquet(roots, "holdout").equals(holdout)


@pytest.mark.parametrize("share", ["0", "1.5", "half"])
def test_an_impossible_sample_is_told(
    roots: dict[str, str], share: str, capsys: pytest.CaptureFixture[str]
) -> None:
    ingest(roots)
    assert features(roots, "--sample", share) == 2
    assert f"--sample: '{share}' must be a number above 0" in capsys.readouterr().err


def test_features_before_ingest_names_the_way(
    roots: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert features(roots) == 3
    assert "curated/patients: no such table" in capsys.readouterr().err


@mock_aws
def test_the_mirror_is_published_under_a_key_that_stays_in_its_secret(
    roots: dict[str, str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    key = "correct horse battery staple, and then some"
    boto3.client("secretsmanager").create_secret(Name=SECRET, SecretString=key)
    ingest(roots)
    places = ["--lake", roots["lake"], "--mirror", roots["mirror"]]
    capsys.readouterr()
    assert main(["redact", "--model", "diabetes", *places, "--secret", SECRET]) == 0
    told = capsys.readouterr().out
    report = json.loads(Store(roots["mirror"]).get("report.json") or b"")
    assert report["tables"]["patients"]["rows"] == 442
    written = b"".join(p.read_bytes() for p in Path(roots["mirror"]).rglob("*") if p.is_file())
    assert key not in told
    assert key.encode() not in written
    assert main(["redact", "--model", "diabetes", *places, "--secret", SECRET]) == 0
    assert json.loads(Store(roots["mirror"]).get("report.json") or b"") == report
    assert main(["redact", "--model", "diabetes", *places, "--secret", "none"]) == 3
    assert "--secret none: " in capsys.readouterr().err
