"""One batch from checked requests to captured answers: predict, check, keep, hand out."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
import structlog

from ml.deployment.capture.journal import CaptureError, Journal
from ml.deployment.capture.segment import Answer, Entities
from ml.deployment.server.answer import checked
from ml.deployment.server.predictor import DATATYPES, Column, Release, Values
from ml.deployment.server.refusal import Code, RequestError
from ml.deployment.server.request import InferenceRequest

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Question:
    """A checked request and who asked."""

    prediction_id: str
    caller: str
    request: InferenceRequest
    entities: Entities | None = None


class Answering:
    """Answers batches; an answer is on the capture volume before anyone gets to see it."""

    def __init__(self, release: Release, journal: Journal | None) -> None:
        self._release = release
        self._journal = journal

    def __call__(self, questions: Sequence[Question]) -> list[list[Values] | RequestError]:
        """Output columns per question, or why it has no answer."""
        outcomes = self._predict_all(questions)
        if self._journal is None:
            return outcomes
        now = time.time_ns()
        kept = [
            Answer(
                question.prediction_id,
                now,
                question.caller,
                question.request.id,
                question.request.parameters,
                question.request.columns,
                outcome,
                question.entities,
            )
            for question, outcome in zip(questions, outcomes, strict=True)
            if not isinstance(outcome, RequestError)
        ]
        if not kept:
            return outcomes
        try:
            self._journal.append(kept)
        except CaptureError as error:
            refusal = RequestError(Code.CAPTURE_UNAVAILABLE, str(error))
            return [o if isinstance(o, RequestError) else refusal for o in outcomes]
        return outcomes

    def _predict_all(self, questions: Sequence[Question]) -> list[list[Values] | RequestError]:
        together = self._predict([question.request for question in questions])
        if not isinstance(together, RequestError):
            return list(together)
        if len(questions) == 1:
            return [together]
        # One request may have broken the batch: the others must not pay for it.
        outcomes: list[list[Values] | RequestError] = []
        for question in questions:
            alone = self._predict([question.request])
            outcomes.append(alone if isinstance(alone, RequestError) else alone[0])
        return outcomes

    def _predict(self, requests: Sequence[InferenceRequest]) -> list[list[Values]] | RequestError:
        predictor = self._release.predictor
        rows = sum(request.rows for request in requests)
        columns: dict[str, Column] = {}
        for index, field in enumerate(predictor.inputs):
            values = chain.from_iterable(request.columns[index] for request in requests)
            columns[field.name] = np.array(list(values), dtype=DATATYPES[field.datatype].dtype)
        try:
            predicted = predictor.predict(columns)
        except Exception as error:
            log.error("model_failed", error=f"{type(error).__name__}: {error}", rows=rows)
            return RequestError(Code.MODEL_FAILED, "the model failed on this request")
        try:
            outputs = [checked(f, predicted[f.name], rows) for f in predictor.outputs]
        except (ValueError, KeyError, TypeError) as error:
            log.error("model_output_invalid", error=str(error), rows=rows)
            return RequestError(Code.MODEL_OUTPUT_INVALID, "the model gave no valid answer")
        answers, start = [], 0
        for request in requests:
            end = start + request.rows
            answers.append([column[start:end] for column in outputs])
            start = end
        return answers
