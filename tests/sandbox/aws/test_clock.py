"""The sandbox's clock goes forward only, and answers nonsense with a sentence."""

import datetime
import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from sandbox.aws.emulator import Emulator
from tests.sandbox.aws.clockwork import ask, day, move


@pytest.fixture(autouse=True)
def machine_time(emulator: Emulator) -> Iterator[None]:
    yield
    emulator.timeline.real()


def refusal(emulator: Emulator, body: bytes, method: str = "POST") -> dict[str, Any]:
    request = urllib.request.Request(
        f"{emulator.endpoint}/_sandbox/clock",
        data=body,
        headers={"Content-Type": "application/json"},
        method=method,
    )
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(request, timeout=20)
    with caught.value as error:
        assert error.code in (400, 405)
        told: dict[str, Any] = json.loads(error.read())
    return told


def test_nobody_has_set_it_and_it_goes_with_the_machine(emulator: Emulator) -> None:
    before = datetime.datetime.now(datetime.UTC)
    told = ask(emulator)
    assert told["simulated"] is False
    shown = datetime.datetime.fromisoformat(told["now"])
    assert before <= shown <= datetime.datetime.now(datetime.UTC)


def test_once_set_it_stands_still(emulator: Emulator) -> None:
    told = move(emulator, day(1))
    assert (told["now"], told["simulated"]) == ("2013-07-01T00:00:00Z", True)
    assert ask(emulator) == {"now": "2013-07-01T00:00:00Z", "simulated": True}


def test_it_advances_from_where_it_stands(emulator: Emulator) -> None:
    move(emulator, day(1))
    told = ask(emulator, {"advance_seconds": 7 * 86400})
    assert (told["before"], told["now"]) == ("2013-07-01T00:00:00Z", "2013-07-08T00:00:00Z")


def test_it_does_not_go_back(emulator: Emulator) -> None:
    move(emulator, day(8))
    told = refusal(emulator, b'{"now": "2013-07-01"}')
    assert "does not go back to 2013-07-01" in told["error"]
    assert "modelyard sandbox clock real" in told["remedy"]
    assert "back" in refusal(emulator, b'{"advance_seconds": -1}')["error"]
    assert ask(emulator)["now"] == "2013-07-08T00:00:00Z"


def test_after_going_with_the_machine_it_can_be_set_to_any_time(emulator: Emulator) -> None:
    move(emulator, day(8))
    assert ask(emulator, {"real": True})["simulated"] is False
    assert move(emulator, day(1))["now"] == "2013-07-01T00:00:00Z"


@pytest.mark.parametrize(
    ("body", "word"),
    [
        (b"{", "JSON"),
        (b"[]", "one instruction"),
        (b"{}", "one instruction"),
        (b'{"now": "2013-07-01", "real": true}', "one instruction"),
        (b'{"now": "next week"}', "next week"),
        (b'{"now": 3}', "understand"),
        (b'{"advance_seconds": true}', "understand"),
        (b'{"advance_seconds": 1e300}', "calendar"),
        (b'{"real": false}', "understand"),
    ],
)
def test_nonsense_is_refused_with_what_is_understood(
    emulator: Emulator, body: bytes, word: str
) -> None:
    told = refusal(emulator, body)
    assert word in told["error"]
    assert told["remedy"]
    assert ask(emulator)["simulated"] is False


def test_other_methods_are_refused(emulator: Emulator) -> None:
    assert "DELETE" in refusal(emulator, b"", "DELETE")["error"]
