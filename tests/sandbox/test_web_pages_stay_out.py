"""Promise: a page in the browser of who runs a sandbox can neither read nor change it."""

import http.client
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest

from sandbox.aws.emulator import Emulator
from sandbox.aws.identities import identities
from sandbox.containers import registry
from tests.sandbox.conftest import ENVIRONMENTS

EVIL = "https://evil.example"
CLOCK = json.dumps({"now": "2099-01-01T00:00:00Z"})
# What a browser sends for a page without asking the server first.
SENT_BY_A_PAGE = [
    {"Origin": EVIL, "Content-Type": "text/plain"},
    {"Origin": "null", "Content-Type": "text/plain"},
    {"Origin": "http://127.0.0.1:8000", "Content-Type": "application/json"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Host": "evil.example"},
    {"Host": "127.0.0.1.evil.example:20000"},
    {"Host": "localhost.evil.example"},
    {"Host": "evil.example@127.0.0.1"},
]


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    started = Emulator(ENVIRONMENTS)
    started.start()
    yield started
    started.stop()


def ask(
    port: int, method: str, path: str, headers: dict[str, str], body: str | None = None
) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


@pytest.mark.parametrize("headers", SENT_BY_A_PAGE, ids=str)
def test_the_emulator_refuses_it(emulator: Emulator, headers: dict[str, str]) -> None:
    assert ask(emulator.port, "POST", "/_sandbox/clock", headers, CLOCK)[0] == 403
    assert not emulator.clock.simulated
    assert emulator.clock.now().year < 2099
    for path in ("/_sandbox/health", "/", "/some-bucket/some-key", "/moto-api/data.json"):
        assert ask(emulator.port, "GET", path, headers)[0] == 403


@pytest.mark.parametrize("path", ["/moto-api/reset", "/moto-api/reset-auth", "/moto-api/seed?a=1"])
def test_nobody_makes_the_emulator_forget(emulator: Emulator, path: str) -> None:
    who = next(iter(identities(ENVIRONMENTS)))
    s3 = boto3.client(
        "s3",
        endpoint_url=emulator.endpoint,
        region_name=who.region,
        aws_access_key_id=who.access_key_id,
        aws_secret_access_key=who.secret_access_key,
    )
    s3.create_bucket(Bucket="kept", CreateBucketConfiguration={"LocationConstraint": who.region})
    assert ask(emulator.port, "POST", path, {})[0] == 404
    assert [each["Name"] for each in s3.list_buckets()["Buckets"]] == ["kept"]
    s3.delete_bucket(Bucket="kept")


@pytest.mark.parametrize("said", [{}, {"Content-Type": "text/plain"}, {"Content-Type": "x/json"}])
def test_the_clock_moves_for_json_only(emulator: Emulator, said: dict[str, str]) -> None:
    status, told = ask(emulator.port, "POST", "/_sandbox/clock", said, CLOCK)
    assert (status, emulator.clock.simulated) == (415, False)
    assert "application/json" in told


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.0.0.1:20000",
        "127.26.0.7",
        "localhost:1",
        "LOCALHOST",
        "[::1]:1",
        "bucket.localhost:1",
    ],
)
def test_every_name_of_the_machine_itself_is_answered(emulator: Emulator, host: str) -> None:
    assert ask(emulator.port, "GET", "/_sandbox/health", {"Host": host})[0] == 200


def test_the_address_bar_is_no_page(emulator: Emulator) -> None:
    headers = {"Sec-Fetch-Site": "none", "Sec-Fetch-Mode": "navigate"}
    assert ask(emulator.port, "GET", "/_sandbox/health", headers)[0] == 200


@pytest.mark.parametrize("headers", SENT_BY_A_PAGE, ids=str)
def test_the_image_registry_refuses_it(tmp_path: Path, headers: dict[str, str]) -> None:
    with registry.serve(tmp_path, 0) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        port = server.server_address[1]
        for method, path in (
            ("GET", "/v2/"),
            ("POST", "/v2/release/blobs/uploads/"),
            ("PUT", "/v2/release/manifests/latest"),
            ("DELETE", "/v2/release/manifests/latest"),
        ):
            assert ask(port, method, path, headers, "{}" if method != "GET" else None)[0] == 403
        assert not list(tmp_path.glob("upload-*"))
        assert ask(port, "GET", "/v2/", {})[0] == 200
        server.shutdown()
