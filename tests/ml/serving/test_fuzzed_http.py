"""Whatever is sent in place of HTTP, the server closes or answers without a 5xx, and soon."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ml.serving.every_server import EveryServer, read_to_end
from tests.ml.serving.every_type_server import MODEL
from tests.ml.serving.fuzzing import SECONDS, fuzzing

pytestmark = pytest.mark.process

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
