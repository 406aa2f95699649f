"""Known bombs in a request cost the server neither long nor memory, and it stays well."""

from __future__ import annotations

import copy
import json
from http.client import HTTPConnection

import pytest

from tests.ml.serving.every_server import INFER, EveryServer, request
from tests.ml.serving.every_type_server import EveryType
from tests.ml.serving.fuzzing import check

pytestmark = pytest.mark.process

MEBIBYTE = 1024 * 1024
GROWTH_BYTES = 48 * MEBIBYTE
"""How much more than after its first thousand requests the server may hold after all of them."""

BOMB_SECONDS = 0.1
"""What one may use of a processor. By the clock an answer waits for other work of the machine, and
`check` allows for that."""

DEEP = 100_000
HOSTILE = {
    "deep lists": b"[" * DEEP,
    "deep lists, closed": b'{"inputs": ' + b"[" * DEEP + b"]" * DEEP + b"}",
    "deep data": b'{"inputs": [{"data": ' + b"[" * DEEP + b"]" * DEEP + b"}]}",
    "deep objects": b'{"a":' * DEEP + b"1" + b"}" * DEEP,
    "deep and not finite": b"[NaN," * DEEP + b"]" * DEEP,
    "a number of a million digits": b'{"id": ' + b"9" * MEBIBYTE + b"}",
    "a fraction of a million digits": b'{"id": 0.' + b"9" * MEBIBYTE + b"}",
    "a million empty lists": b'{"inputs": [' + b"[]," * MEBIBYTE + b"NaN]}",
    "a million keys": b"{" + b",".join(b'"%d":0' % n for n in range(300_000)) + b"}",
    "a million rows": json.dumps(
        {"inputs": [{**each, "shape": [MEBIBYTE], "data": []} for each in request()["inputs"]]}
    )
    .encode()
    .replace(b"[]", b"[" + b"0," * MEBIBYTE + b"0]", 1),
    "a million colons": json.dumps(request() | {"id": ":" * MEBIBYTE}).encode(),
    "one key twice": b'{"id": "a", "id": "b", ' + json.dumps(request()).encode()[1:],
    "no UTF-8": json.dumps(request() | {"id": "AB"}).encode().replace(b"AB", b"\xff\xfe"),
    "half a surrogate": json.dumps(request() | {"id": "\ud800"}).encode(),
    "UTF-16": json.dumps(request()).encode("utf-16"),
    "a mark before it": b"\xef\xbb\xbf" + json.dumps(request()).encode(),
    "nothing": b"",
    "zeros": b"\x00" * MEBIBYTE,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_known_bombs_do_not_go_off(every: EveryServer, name: str) -> None:
    assert every.is_well()  # what is loaded with a first request is not the bomb's
    before = every.processor_seconds
    answer = every.post(HOSTILE[name])
    assert every.processor_seconds - before < BOMB_SECONDS
    check(answer)
    assert every.is_well()


def test_data_of_a_million_digits_is_out_of_range(every: EveryServer) -> None:
    for field in EveryType.inputs:
        document = copy.deepcopy(request())
        document["inputs"][EveryType.inputs.index(field)]["data"] = ["DIGITS"]
        text = json.dumps(document).encode().replace(b'"DIGITS"', b"9" * 200_000)
        answer = every.post(text)
        check(answer)
        assert answer.status_code == 422


def test_after_all_that_it_is_well_and_holds_no_more_than_before(every: EveryServer) -> None:
    damaged = json.dumps(request(200)).encode()
    hostile = [*HOSTILE.values(), damaged[:-1], damaged.replace(b"0.5", b"1e999"), b"{" * 500]
    small = [each for each in hostile if len(each) < 50_000]

    def send(times: int) -> int:
        # The standard library's client: thousands of requests in seconds.
        connection = HTTPConnection("127.0.0.1", every.port, timeout=30)
        for number in range(times):
            connection.request("POST", INFER, small[number % len(small)])
            answer = connection.getresponse()
            assert len(answer.read()) < MEBIBYTE
            assert answer.status < 500
        connection.close()
        return every.resident_bytes

    for each in hostile:
        every.post(each)
    before = send(1_000)
    assert send(4_000) - before < GROWTH_BYTES
    assert every.is_well()
