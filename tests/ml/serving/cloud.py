"""S3 and KMS on loopback, and a small signed package in them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import boto3
import numpy as np
import polars as pl
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from ml.canonical import digest_of
from ml.deployment.exchange import export_if_equal
from ml.deployment.formats import dump_model
from ml.deployment.package import Identity, seal
from ml.deployment.predictors import EXCHANGE, INPUTS, MODEL, describe_inputs
from ml.deployment.signing import Signer
from ml.deployment.store import Folder, upload_package
from ml.development.inputs import NUMBER

ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": "eu-west-1",
    "AWS_REGION": "eu-west-1",
    "AWS_EC2_METADATA_DISABLED": "true",
}
COLUMNS = {"age": NUMBER, "weight": NUMBER, "pulse": NUMBER}
CLASSES = ("ill", "so-so", "well, très bien")


@dataclass(frozen=True)
class Cloud:
    """One emulated account with a lake, a package store and a signing key."""

    endpoint: str
    key_arn: str
    lake: str = "s3://lake"
    artifacts: str = "s3://artifacts"

    @property
    def environment(self) -> dict[str, str]:
        """What a process needs to reach it."""
        return {**ENVIRONMENT, "AWS_ENDPOINT_URL": self.endpoint}

    def client(self, service: str) -> Any:
        """A client of one service."""
        return boto3.client(
            service,
            endpoint_url=self.endpoint,
            region_name="eu-west-1",
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )


@dataclass(frozen=True)
class Packaged:
    """A package in the store."""

    uri: str
    digest: str


def make_package(
    cloud: Cloud, run: str, *, model: str = "toy", columns: Mapping[str, str] = COLUMNS
) -> Packaged:
    """Train, seal and upload a small model that looks at the numbers among its columns."""
    generator = np.random.default_rng(5)
    numbers = [name for name, kind in columns.items() if kind == NUMBER]
    drawn = {name: generator.normal(size=400).astype("f4") for name in numbers}
    texts = {name: ["a"] * 400 for name in columns if name not in numbers}
    frame = pl.DataFrame({**drawn, **texts}).select(*columns)
    label = (frame[numbers[0]] + frame[numbers[1]] * 0.5 > 0).to_numpy()
    pipeline = make_pipeline(
        ColumnTransformer([("numbers", "passthrough", numbers)]),
        HistGradientBoostingClassifier(max_iter=20, max_depth=3, random_state=5),
    ).fit(frame, label)
    contents = {
        MODEL: dump_model(pipeline),
        INPUTS: json.dumps(_inputs(columns)).encode(),
    }
    exchange = export_if_equal(pipeline, "classification", columns, frame)[0]
    if exchange is not None:
        contents[EXCHANGE] = exchange
    return _upload(cloud, model, run, contents)


def make_class_package(cloud: Cloud, run: str, *, model: str, exchanged: bool) -> Packaged:
    """Train, seal and upload a small model of three classes, with or without ONNX."""
    generator = np.random.default_rng(5)
    frame = pl.DataFrame({name: generator.normal(size=400).astype("f4") for name in COLUMNS})
    codes = np.digitize((frame["age"] + frame["weight"]).to_numpy(), [-0.5, 0.5])
    pipeline = make_pipeline(
        ColumnTransformer([("numbers", SimpleImputer(), list(COLUMNS))]), LogisticRegression()
    ).fit(frame, codes)
    described = describe_inputs(COLUMNS, "multiclass", classes=CLASSES)
    contents = {MODEL: dump_model(pipeline), INPUTS: json.dumps(described).encode()}
    if exchanged:
        exchange, equality = export_if_equal(pipeline, "multiclass", COLUMNS, frame)
        assert exchange is not None, equality.reason
        contents[EXCHANGE] = exchange
    return _upload(cloud, model, run, contents)


def _upload(cloud: Cloud, model: str, run: str, contents: dict[str, bytes]) -> Packaged:
    identity = Identity(
        model=model, run=run, environment="dev", git_sha="0" * 40, image_digest="sha256:0"
    )
    sealed = seal(contents, identity, Signer(kms=cloud.client("kms"), key_arn=cloud.key_arn))
    folder = Folder.at(cloud.client("s3"), f"{cloud.artifacts}/packages/{model}/{run}")
    upload_package(folder, sealed)
    return Packaged(folder.uri, digest_of(sealed["manifest.json"]))


def _inputs(columns: Mapping[str, str]) -> dict[str, Any]:
    # Of the toy, both cases of the protocol: numbers that must be there, one that may miss.
    return describe_inputs(columns, "classification", not_nullable={*COLUMNS} - {"weight"})
