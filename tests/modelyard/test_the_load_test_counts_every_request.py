"""A load test passes by what was answered, never because nothing was asked."""

import httpx
import pytest

from modelyard.delivery.load_test import load, send


def test_without_requests_there_is_no_test() -> None:
    with pytest.raises(ValueError, match="no requests to send"):
        load("http://127.0.0.1:9/", [], seconds=0.1)


def test_whatever_a_client_runs_into_is_an_error_that_counts() -> None:
    result = load("http://port:what/", [b"{}"], seconds=0.05, clients=2)
    assert result.errors == result.requests >= 2
    assert result.first_error.startswith("InvalidURL")


def test_an_answer_that_is_not_ok_is_told_with_its_text() -> None:
    refused = httpx.MockTransport(lambda request: httpx.Response(503, text="not ready"))
    with httpx.Client(transport=refused) as session:
        assert send(session, "http://endpoint/", b"{}") == "HTTP 503: not ready"
