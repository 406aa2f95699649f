"""One training run in an emulated account: what its steps leave there, and the steps in order."""

from __future__ import annotations

import io
import json
from typing import Any

import polars as pl

from ml.steps import evaluate, gate, package, refit, register, train
from tests.ml.conftest import Account

IMAGE = "sha256:" + "a" * 64


class TrainingRun:
    """The training run of a model of the working directory, from its features on."""

    def __init__(
        self,
        account: Account,
        run: str,
        *,
        model: str,
        table: dict[str, Any],
        training: pl.DataFrame,
        holdout: pl.DataFrame,
    ) -> None:
        self.account, self.run, self.model = account, run, model
        self.flags = ["--model", model, "--artifacts", f"s3://{account.bucket}", "--run", run]
        self.put_frame("training", training)
        self.put_frame("holdout", holdout)
        features = {"tables": [table], "window": None, "source": "s3://lake"}
        self.put("features.json", json.dumps(features).encode())

    def put(self, name: str, content: bytes) -> None:
        """Write over what a step left."""
        self.account.s3.put_object(Bucket=self.account.bucket, Key=self._key(name), Body=content)

    def put_frame(self, name: str, frame: pl.DataFrame) -> None:
        """Write over a table that a step left."""
        buffer = io.BytesIO()
        frame.write_parquet(buffer)
        self.put(f"{name}.parquet", buffer.getvalue())

    def content(self, name: str) -> bytes:
        """What a step left."""
        answer = self.account.s3.get_object(Bucket=self.account.bucket, Key=self._key(name))
        return bytes(answer["Body"].read())

    def frame(self, name: str) -> pl.DataFrame:
        """A table that a step left."""
        return pl.read_parquet(io.BytesIO(self.content(f"{name}.parquet")))

    def json(self, name: str) -> Any:
        """A document that a step left."""
        return json.loads(self.content(name))

    def names(self) -> set[str]:
        """All that the steps have left so far."""
        found = self.account.s3.list_objects_v2(Bucket=self.account.bucket, Prefix=self._key(""))
        return {item["Key"].rpartition("/")[2] for item in found["Contents"]}

    def judge(self, champion: str = "none", *more: str) -> None:
        """From training to what will be served."""
        train.run([*self.flags, *more])
        evaluate.run(self.flags)
        key = ["--signing-key", self.account.key_arn]
        gate.run([*self.flags, "--champion", champion, *key])
        refit.run(self.flags)

    def package(self, sha: str = "abc") -> None:
        """Seal it, as a run of production does."""
        more = ["--image", IMAGE, "--git-sha", sha, "--signing-key", self.account.key_arn]
        package.run([*self.flags, *more, "--environment", "prod"])

    def register(self) -> None:
        """Make it a version of the model's group."""
        register.run([*self.flags, "--group", self.model])

    @property
    def uri(self) -> str:
        """Where its package lies."""
        return f"s3://{self.account.bucket}/packages/{self.model}/{self.run}"

    def _key(self, name: str) -> str:
        return f"runs/{self.model}/{self.run}/{name}"
