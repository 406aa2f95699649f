"""POST …_by_key/infer: features are built from as-of tables, then the model answers as always."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ml.deployment.capture.segment import Entities
from ml.deployment.server.answer import describe
from ml.deployment.server.batcher import Batcher
from ml.deployment.server.budget import Budget
from ml.deployment.server.inference import Inference
from ml.deployment.server.paths import SUFFIX
from ml.deployment.server.predictor import Release, Values
from ml.deployment.server.refusal import Code, RequestError
from ml.deployment.server.request import InferenceRequest, RequestReader
from ml.deployment.server.settings import Limits
from ml.deployment.server.telemetry import Telemetry

if TYPE_CHECKING:
    from ml.deployment.by_key.builder import Built, FeatureBuilder
    from ml.deployment.by_key.keeper import Keeper

Work = tuple["FeatureBuilder", list[Values]]


def build_features(batch: Sequence[Work]) -> list[Built | RequestError]:
    """Features of each request; runs on the features' own thread."""
    return [builder(columns) for builder, columns in batch]


class KeyedInference(Inference):
    """Reads, queues and answers requests that name entities."""

    def __init__(
        self,
        release: Release,
        batcher: Batcher,
        features: Batcher,
        keeper: Keeper,
        telemetry: Telemetry,
        limits: Limits,
        budget: Budget,
    ) -> None:
        super().__init__(
            release, batcher, telemetry, limits, budget, name=f"{release.model}{SUFFIX}"
        )
        self._features = features
        self._keeper = keeper
        self._known: tuple[FeatureBuilder, RequestReader] | None = None

    def metadata(self) -> dict[str, Any]:
        """Describe the model with the inputs that a request by key has."""
        builder = self._builder()
        return describe(self._release, self._name, builder.questions.fields)

    def require_tables(self) -> None:
        """Raise when there is nothing to build features from."""
        self._builder()

    def require_look(self) -> None:
        """Raise while the first look for tables is under way."""
        if not self._keeper.settled:
            raise RequestError(
                Code.NO_ASOF_TABLES, f"as-of tables of {self._release.model} are being looked for"
            )

    async def _read(
        self, body: bytes, header_length: int | None
    ) -> tuple[InferenceRequest, Entities | None, float]:
        builder = self._builder()
        asked = self._reader_of(builder).read(body, header_length)
        # One deadline for both threads.
        due = asyncio.get_running_loop().time() + self._limits.deadline_seconds
        built: Built = await self._features.submit((builder, asked.columns), asked.rows, due)
        request = InferenceRequest(
            asked.id, asked.parameters, asked.rows, built.columns, asked.outputs
        )
        return request, built.entities, due

    def _builder(self) -> FeatureBuilder:
        builder = self._keeper.builder
        if builder is None:
            raise RequestError(
                Code.NO_ASOF_TABLES,
                f"there are no as-of tables of {self._release.model} here yet; "
                "the data pipeline's step refresh makes them",
            )
        return builder

    def _reader_of(self, builder: FeatureBuilder) -> RequestReader:
        if self._known is None or self._known[0] is not builder:
            fields = builder.questions.fields
            outputs = self._release.predictor.outputs
            self._known = builder, RequestReader(fields, outputs, self._limits.rows)
        return self._known[1]
