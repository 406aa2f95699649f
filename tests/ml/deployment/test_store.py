"""A package arrives whole and verified or not at all, from where it may come from only."""

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from ml.canonical import canonical, digest_of
from ml.deployment.exchange import export
from ml.deployment.formats import dump_model
from ml.deployment.package import MANIFEST, Identity, PackageError, seal
from ml.deployment.predictors import EXCHANGE, INPUTS, MODEL, describe_inputs, load_predictor
from ml.deployment.signing import PublicKeys, Signer
from ml.deployment.store import Folder, StoreError, fetch_package, upload_package
from ml.development.inputs import model_inputs
from models.flight_delay.estimator import build
from tests.ml.conftest import Account

IDENTITY = Identity(
    model="flight_delay", run="r1", environment="prod", git_sha="abc", image_digest="sha256:1"
)
COLUMNS = {"carrier": "text", "wind": "number"}


@pytest.fixture
def keys(account: Account) -> PublicKeys:
    return PublicKeys.from_kms(account.kms, [account.key_arn])


def stored(account: Account, contents: dict[str, bytes], run: str = "r1") -> tuple[Folder, str]:
    sealed = seal(contents, IDENTITY, Signer(kms=account.kms, key_arn=account.key_arn))
    folder = Folder.at(account.s3, f"s3://{account.bucket}/packages/flight_delay/{run}")
    upload_package(folder, sealed)
    return folder, digest_of(sealed[MANIFEST])


def test_what_was_uploaded_is_fetched_verified_and_kept(
    account: Account, keys: PublicKeys, tmp_path: Path
) -> None:
    folder, digest = stored(account, {"card.md": b"# card"})
    package = fetch_package(folder, tmp_path, keys, digest=digest)
    assert package.read("card.md") == b"# card"
    assert [path.name for path in tmp_path.iterdir()] == [digest.removeprefix("sha256:")]
    account.s3.delete_object(Bucket=account.bucket, Key=f"{folder.prefix}/card.md")
    # The store may be gone: the kept copy still serves, and is verified again.
    assert fetch_package(folder, tmp_path, keys, digest=digest).digest == digest


def test_a_damaged_copy_is_fetched_anew(
    account: Account, keys: PublicKeys, tmp_path: Path
) -> None:
    folder, digest = stored(account, {"card.md": b"# card"})
    fetch_package(folder, tmp_path, keys, digest=digest)
    kept = tmp_path / digest.removeprefix("sha256:") / "card.md"
    kept.write_bytes(b"# cart")
    assert fetch_package(folder, tmp_path, keys, digest=digest).read("card.md") == b"# card"
    assert kept.read_bytes() == b"# card"


def test_a_package_changed_in_the_store_leaves_nothing_behind(
    account: Account, keys: PublicKeys, tmp_path: Path
) -> None:
    folder, digest = stored(account, {"card.md": b"# card"})
    folder.write("card.md", b"# cart")
    with pytest.raises(PackageError, match=r"card.md: bytes differ"):
        fetch_package(folder, tmp_path, keys, digest=digest)
    assert list(tmp_path.iterdir()) == []


def test_a_package_without_manifest_does_not_exist(
    account: Account, keys: PublicKeys, tmp_path: Path
) -> None:
    folder = Folder.at(account.s3, f"s3://{account.bucket}/packages/flight_delay/half")
    folder.write("card.md", b"# card")
    with pytest.raises(StoreError, match=r"no package there \(manifest.json is missing\)"):
        fetch_package(folder, tmp_path, keys)


@pytest.mark.parametrize(
    "uri",
    [
        "file:///etc/passwd",
        "s3://bucket",
        "s3://bucket/../other",
        "s3://bucket/a/../b",
        "s3://bucket/a//b",
        "s3://bucket/..%2fb",
        "s3://bucket/a\0b",
        "s3://bucket/a?b",
        "s3://Bucket/a",
        "/etc/passwd",
        "https://bucket/a",
        "",
    ],
)
def test_only_plain_locations_in_a_bucket_are_accepted(account: Account, uri: str) -> None:
    with pytest.raises(StoreError, match="is no package location"):
        Folder.at(account.s3, uri)


def test_objects_in_folders_do_not_belong_in_a_package(
    account: Account, keys: PublicKeys, tmp_path: Path
) -> None:
    folder, digest = stored(account, {"card.md": b"# card"})
    folder.write("deep/er", b"x")
    with pytest.raises(StoreError, match="'deep/er' does not belong"):
        fetch_package(folder, tmp_path, keys, digest=digest)


def test_a_digest_cannot_lead_out_of_the_cache(
    account: Account, keys: PublicKeys, tmp_path: Path
) -> None:
    folder, _ = stored(account, {"card.md": b"# card"})
    with pytest.raises(StoreError, match="is no digest"):
        fetch_package(folder, tmp_path, keys, digest="sha256:../../etc")


class Flaky:
    """An S3 that fails some times before it answers."""

    def __init__(self, s3: Any, error: Exception, times: int) -> None:
        self.s3, self.error, self.left, self.calls = s3, error, times, 0

    def get_object(self, **arguments: str) -> Any:
        self.calls += 1
        if self.left:
            self.left -= 1
            raise self.error
        return self.s3.get_object(**arguments)


def trouble(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "no"}}, "GetObject")


@pytest.mark.parametrize(
    "error", [trouble("SlowDown"), trouble("503"), EndpointConnectionError(endpoint_url="x")]
)
def test_passing_trouble_is_retried(account: Account, error: Exception) -> None:
    folder, _ = stored(account, {"card.md": b"# card"})
    flaky = Flaky(account.s3, error, 2)
    again = Folder(s3=flaky, bucket=folder.bucket, prefix=folder.prefix)
    assert again.read("card.md") == b"# card"
    assert flaky.calls == 3


def test_a_refusal_is_not_retried_and_names_the_object(account: Account) -> None:
    flaky = Flaky(account.s3, trouble("AccessDenied"), 9)
    folder = Folder(s3=flaky, bucket="b", prefix="p")
    with pytest.raises(StoreError, match=r"cannot read s3://b/p/card.md.*AccessDenied"):
        folder.read("card.md")
    assert flaky.calls == 1


def test_too_large_an_object_is_not_fetched(account: Account) -> None:
    folder, _ = stored(account, {"card.md": b"# card"})
    with pytest.raises(StoreError, match="6 bytes is too large"):
        folder.read("card.md", largest=5)
    assert folder.has("card.md")
    assert not folder.has("nothing.md")


def test_both_formats_answer_alike_and_missing_values_are_welcome(
    account: Account, keys: PublicKeys, tmp_path: Path
) -> None:
    generator = np.random.default_rng(0)
    frame = pl.DataFrame(
        {"carrier": generator.choice(["AA", "B6"], 500), "wind": generator.normal(size=500)}
    )
    late = (frame["wind"].to_numpy() + (frame["carrier"] == "B6").to_numpy() > 0.5).astype(int)
    pipeline = build(COLUMNS, seed=1, max_iter=10).fit(model_inputs(frame, COLUMNS), late)
    contents = {
        MODEL: dump_model(pipeline),
        INPUTS: canonical(describe_inputs(COLUMNS, "classification")),
    }
    answers = []
    for run, more in (("skops", {}), ("onnx", {EXCHANGE: export(pipeline, COLUMNS)})):
        folder, digest = stored(account, {**contents, **more}, run)
        predictor = load_predictor(fetch_package(folder, tmp_path, keys, digest=digest))
        assert [field.datatype for field in predictor.inputs] == ["BYTES", "FP32"]
        assert (predictor.running is not None) == (run == "onnx")
        asked = {
            "carrier": np.array(["AA", None, "never seen"], dtype=object),
            "wind": np.array([-2.0, np.nan, 2.0], dtype=np.float32),
        }
        answers.append(predictor.predict(asked)["probability"])
        assert answers[-1].shape == (3,)
    assert np.allclose(answers[0], answers[1], atol=1e-5)
    assert 0 <= answers[0].min() < answers[0].max() <= 1


def test_inputs_that_make_no_sense_are_refused(
    account: Account, keys: PublicKeys, tmp_path: Path
) -> None:
    folder, digest = stored(account, {INPUTS: canonical({"inputs": [{"name": "a"}]})})
    package = fetch_package(folder, tmp_path, keys, digest=digest)
    with pytest.raises(PackageError, match=r"inputs.json"):
        load_predictor(package)
    shutil.rmtree(tmp_path)
