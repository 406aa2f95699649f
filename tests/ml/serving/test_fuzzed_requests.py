"""Whatever a request says, the answer is a 200 or a 4xx with a code, soon and in little memory."""

from __future__ import annotations

import copy
import json
import time
from http.client import HTTPConnection
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ml.deployment.server.predictor import DATATYPES, Field
from tests.ml.serving.every_server import INFER, EveryServer, read_to_end, request, tensor
from tests.ml.serving.every_type_server import MODEL, EveryType

pytestmark = pytest.mark.process

MEBIBYTE = 1024 * 1024
SECONDS = 5.0
GROWTH_BYTES = 48 * MEBIBYTE
"""How much more than after its first thousand requests the server may hold after all of them."""

fuzzing = settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)


def check(answer: httpx.Response) -> None:
    """The promise that every answer keeps."""
    assert answer.status_code == 200 or 400 <= answer.status_code < 500, answer.text[:500]
    assert answer.status_code == 200 or {"error", "code"} == set(answer.json())
    assert answer.elapsed.total_seconds() < SECONDS


huge = st.sampled_from([10**18, 2**63, 2**64, 10**30, -(10**30), 10**400, 2**31, -1, 0])
odd_numbers = st.sampled_from([1e308, -1e308, 5e-324, 1e39, float("nan"), float("inf"), -0.0])
odd_texts = st.sampled_from(["", "\x00", "\ud800", "\ud83d\ude00", "a" * 5_000, "NaN", ":", '"'])
leaves = st.none() | st.booleans() | huge | odd_numbers | odd_texts | st.integers() | st.text()
values = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(odd_texts | st.text(), inner, max_size=3)
    ),
    max_leaves=8,
)
shapes = st.lists(huge | st.integers(0, 3), max_size=4)
fields = st.sampled_from(EveryType.inputs)
changes = st.fixed_dictionaries(
    {},
    optional={
        "name": st.sampled_from([each.name for each in EveryType.inputs]) | values,
        "datatype": st.sampled_from([*DATATYPES, "FP16", "bytes"]) | values,
        "shape": shapes | values,
        "data": st.lists(leaves, max_size=3) | st.lists(st.lists(leaves, max_size=2)) | values,
        "parameters": st.fixed_dictionaries({"binary_data_size": huge | values}) | values,
        "more": values,
    },
)


@fuzzing
@given(
    field=fields,
    change=changes,
    top=st.dictionaries(
        st.sampled_from(["id", "parameters", "outputs", "more"]), values, max_size=2
    ),
)
def test_one_input_may_be_anything(
    every: EveryServer, field: Field, change: dict[str, Any], top: dict[str, Any]
) -> None:
    document = request() | top
    index = EveryType.inputs.index(field)
    document["inputs"][index] |= change
    check(every.post(json.dumps(document).encode("utf-8", "surrogatepass")))


@fuzzing
@given(
    parameters=st.dictionaries(st.text(max_size=5), leaves, max_size=4),
    id=odd_texts | st.text(),
    wishes=st.lists(st.sampled_from([each.name for each in EveryType.outputs]), max_size=20),
    binary=st.booleans(),
)
def test_what_is_accepted_can_also_be_captured_and_answered(
    every: EveryServer, parameters: dict[str, Any], id: str, wishes: list[str], binary: bool
) -> None:
    parameters["binary_data_output"] = binary
    wanted = [{"name": name, "parameters": {"binary_data": not binary}} for name in wishes]
    document = request() | {"parameters": parameters, "id": id, "outputs": wanted}
    check(every.post(json.dumps(document).encode("utf-8", "surrogatepass")))


@fuzzing
@given(
    sizes=st.lists(st.integers(-2, 12) | huge, min_size=1, max_size=13),
    rows=st.integers(1, 3) | huge,
    binary=st.binary(max_size=60),
    lie=st.integers(-30, 30) | huge,
)
def test_binary_lengths_may_lie(
    every: EveryServer, sizes: list[int], rows: int, binary: bytes, lie: int
) -> None:
    document = request()
    for each, size in zip(document["inputs"], sizes, strict=False):
        del each["data"]
        each["shape"] = [rows]
        each["parameters"] = {"binary_data_size": size}
    text = json.dumps(document).encode()
    length = str(len(text) + lie)
    check(every.post(text + binary, {"inference-header-content-length": length}))


def in_binary(field: Field, data: bytes) -> tuple[bytes, dict[str, str]]:
    """A request in which one input is binary and the others are good JSON."""
    document = request()
    changed = tensor(field, parameters={"binary_data_size": len(data)})
    del changed["data"]
    document["inputs"][EveryType.inputs.index(field)] = changed
    text = json.dumps(document).encode()
    return text + data, {"inference-header-content-length": str(len(text))}


@fuzzing
@given(field=fields, data=st.binary(max_size=24))
def test_binary_data_may_be_any_bytes(every: EveryServer, field: Field, data: bytes) -> None:
    check(every.post(*in_binary(field, data)))


@fuzzing
@given(prefix=st.integers(0, 2**32 - 1), text=st.binary(max_size=12), cut=st.integers(0, 12))
def test_length_prefixes_of_texts_may_lie(
    every: EveryServer, prefix: int, text: bytes, cut: int
) -> None:
    field = next(each for each in EveryType.inputs if each.datatype == "BYTES")
    check(every.post(*in_binary(field, (prefix.to_bytes(4, "little") + text)[cut:])))


moments = st.sampled_from(
    ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "2013-07-01T00:00:00Z", "now", ""]
)
labels = st.fixed_dictionaries(
    {},
    optional={
        "prediction_id": st.sampled_from(["a", "a" * 101, "\x00", ""]) | leaves,
        "row": st.integers(0, 3) | leaves,
        "label": leaves | st.text(max_size=210),
        "known_at": moments | leaves,
        "more": leaves,
    },
)
good_label = {"prediction_id": "a", "row": 0, "label": 1.0}


@fuzzing
@given(labels=st.lists(labels.map(lambda change: good_label | change), max_size=3) | values)
def test_feedback_may_be_anything(every: EveryServer, labels: Any) -> None:
    text = json.dumps({"labels": labels}).encode("utf-8", "surrogatepass")
    check(every.post(text, path="/feedback"))


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59"])
def test_a_moment_outside_of_the_calendar_is_refused(every: EveryServer, moment: str) -> None:
    text = json.dumps({"labels": [good_label | {"known_at": moment}]}).encode()
    answer = every.post(text, path="/feedback")
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_label")


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
    check(every.post(HOSTILE[name]))
    assert every.is_well()


def test_data_of_a_million_digits_is_out_of_range(every: EveryServer) -> None:
    for field in EveryType.inputs:
        document = copy.deepcopy(request())
        document["inputs"][EveryType.inputs.index(field)]["data"] = ["DIGITS"]
        text = json.dumps(document).encode().replace(b'"DIGITS"', b"9" * 200_000)
        answer = every.post(text)
        check(answer)
        assert answer.status_code == 422


heads = st.lists(
    st.sampled_from(
        [
            b"Host: x",
            b"Content-Length: 5",
            b"Content-Length: -1",
            b"Content-Length: 99999999999999999999",
            b"Transfer-Encoding: chunked",
            b"Transfer-Encoding: gzip, chunked",
            b"Content-Encoding: gzip",
            b"Content-Type: text/plain",
            b"Inference-Header-Content-Length: \xb2",
            b"Inference-Header-Content-Length: 999999999999",
            b"Expect: 100-continue",
            b"Expect: \xff",
            b"Connection: close",
            b"Connection: keep-alive, Upgrade",
            b"Upgrade: websocket",
            b"modelyard-caller: \xff\xfe",
            b": empty",
            b"folded: a\r\n b",
            b"null: \x00",
        ]
    ),
    max_size=5,
)
methods = st.sampled_from(
    [b"GET", b"POST", b"HEAD", b"OPTIONS", b"CONNECT", b"TRACE", b"PRI", b"X"]
)
targets = st.sampled_from(
    [
        f"/v2/models/{MODEL}/infer".encode(),
        b"*",
        b"//",
        b"/%ff%00",
        b"/\xff",
        b"http://other/v2",
        b"other:443",
        b"/v2/models/%2e%2e/infer?a=b#c",
        b"/" + b"a" * 9_000,
    ]
)
bodies = st.sampled_from(
    [b"", b"{}", b"5\r\nhello\r\n0\r\n\r\n", b"ffffffffffffffffff\r\n", b"\x00"]
)


@fuzzing
@given(
    method=methods,
    target=targets,
    head=heads,
    body=bodies,
    version=st.sampled_from([b"HTTP/1.1", b"HTTP/1.0", b"HTTP/2.0", b"HTTP/9", b""]),
)
def test_raw_http_may_be_anything(
    every: EveryServer,
    method: bytes,
    target: bytes,
    head: list[bytes],
    body: bytes,
    version: bytes,
) -> None:
    lines = [b" ".join((method, target, version)), *head, b"Connection: close"]
    with every.connect() as connection:
        begun = time.monotonic()
        connection.sendall(b"\r\n".join(lines) + b"\r\n\r\n" + body)
        connection.shutdown(1)
        received = read_to_end(connection)
    assert time.monotonic() - begun < SECONDS
    status = received.split(b" ")[1:2]
    assert not status or status[0].isdigit()
    assert not status or int(status[0]) < 500


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
