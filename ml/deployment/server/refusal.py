"""One exception for every request that is not answered, with a code that callers can rely on."""

from __future__ import annotations

from enum import Enum


class Code(Enum):
    """Stable reasons; the number is the HTTP status."""

    INVALID_JSON = ("invalid_json", 400)
    INVALID_HTTP = ("invalid_http", 400)
    INVALID_BINARY = ("invalid_binary", 400)
    NOT_FOUND = ("not_found", 404)
    UNKNOWN_MODEL = ("unknown_model", 404)
    METHOD_NOT_ALLOWED = ("method_not_allowed", 405)
    TOO_SLOW = ("request_too_slow", 408)
    BODY_TOO_LARGE = ("body_too_large", 413)
    TOO_MANY_ROWS = ("too_many_rows", 413)
    CONTENT_TYPE = ("unsupported_content_type", 415)
    CONTENT_ENCODING = ("unsupported_content_encoding", 415)
    INVALID_REQUEST = ("invalid_request", 422)
    DUPLICATE_KEY = ("duplicate_key", 422)
    UNKNOWN_INPUT = ("unknown_input", 422)
    MISSING_INPUT = ("missing_input", 422)
    DUPLICATE_INPUT = ("duplicate_input", 422)
    DUPLICATE_ROW = ("duplicate_row", 422)
    INVALID_LABEL = ("invalid_label", 422)
    UNKNOWN_OUTPUT = ("unknown_output", 422)
    WRONG_DATATYPE = ("wrong_datatype", 422)
    WRONG_SHAPE = ("wrong_shape", 422)
    WRONG_TYPE = ("wrong_type", 422)
    NULL_VALUE = ("null_value", 422)
    NOT_FINITE = ("not_finite", 422)
    OUT_OF_RANGE = ("out_of_range", 422)
    HEADERS_TOO_LARGE = ("headers_too_large", 431)
    MODEL_FAILED = ("model_failed", 500)
    MODEL_OUTPUT_INVALID = ("model_output_invalid", 500)
    FEATURES_FAILED = ("features_failed", 500)
    INTERNAL = ("internal", 500)
    NO_VERSION = ("no_version_released", 503)
    NO_ASOF_TABLES = ("no_asof_tables", 503)
    OVERLOADED = ("overloaded", 503)
    DRAINING = ("draining", 503)
    CAPTURE_UNAVAILABLE = ("capture_unavailable", 503)
    DEADLINE = ("deadline_exceeded", 504)

    def __init__(self, text: str, status: int) -> None:
        self.text = text
        self.status = status


class RequestError(Exception):
    """A request that gets an error instead of an answer, and what its sender can do about it."""

    def __init__(self, code: Code, message: str, *, unread: bool = False, allow: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.unread = unread
        """Whether the body was not read to its end, so that nothing can follow it."""
        self.allow = allow
        """The methods that are possible, where another was tried."""

    @property
    def retry_after(self) -> int | None:
        """Seconds after which the same request may succeed, if it may at all."""
        return 1 if self.code.status == 503 else None
