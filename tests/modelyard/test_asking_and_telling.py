"""A client asks about many entities in as few requests as allowed, and tells what came of them."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import polars as pl
import pytest

from modelyard.errors import RefusedError, UsageError
from modelyard.live.asking import ask, post_labels
from modelyard.live.endpoint import Endpoint

INPUTS = [
    {"name": "flight", "datatype": "BYTES"},
    {"name": "distance", "datatype": "FP64"},
    {"name": "time_hour", "datatype": "BYTES"},
    {"name": "day", "datatype": "BYTES"},
]
SEEN: list[tuple[str, dict[str, Any]]] = []


class _Server(BaseHTTPRequestHandler):
    """Answers as a model server does: probability is the distance."""

    def do_GET(self) -> None:
        self._answer(200, {"name": "m_by_key", "inputs": INPUTS})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        SEEN.append((self.path, body))
        if self.path == "/feedback":
            refused = any(one["row"] > 100 for one in body["labels"])
            answer = {"error": "labels[0].row: too high"} if refused else None
            self._answer(422 if answer else 200, answer or {"accepted": len(body["labels"])})
            return
        data = {each["name"]: each["data"] for each in body["inputs"]}
        if min(data["distance"]) < 0:
            self._answer(503, {"error": "too many requests wait"})
            return
        shape = [len(data["distance"])]
        chances = [share for value in data["distance"] for share in (value, 1 - value)]
        outputs = [
            {"name": "probability", "shape": shape, "data": data["distance"]},
            {"name": "probabilities", "shape": [*shape, 2], "data": chances},
        ]
        self._answer(200, {"outputs": outputs, "parameters": {"prediction_id": f"p{len(SEEN)}"}})

    def _answer(self, status: int, document: dict[str, Any]) -> None:
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing to say."""


@pytest.fixture
def found() -> Iterator[Endpoint]:
    SEEN.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Server)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    address = f"http://127.0.0.1:{server.server_address[1]}"
    yield Endpoint(model="m", environment="prod", address=address)
    server.shutdown()
    server.server_close()
    thread.join()


def rows(count: int) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "flight": [str(n) for n in range(count)],
            "distance": [float(n) for n in range(count)],
            "time_hour": [datetime(2013, 7, 1, 14, tzinfo=UTC)] * count,
            "day": [date(2013, 7, 1)] * count,
            "arr_delay": [12.0] * count,
        }
    )


def test_answers_come_in_the_order_of_the_rows_with_the_id_of_their_request(
    found: Endpoint,
) -> None:
    answers = ask(found, rows(5), by_key=True, batch=2)
    assert answers["prediction_id"].to_list() == ["p1", "p1", "p2", "p2", "p3"]
    assert answers["row"].to_list() == [0, 1, 0, 1, 0]
    assert answers["probability"].to_list() == [0.0, 1.0, 2.0, 3.0, 4.0]
    assert answers["probabilities"].to_list()[:2] == [[0.0, 1.0], [1.0, 0.0]]
    assert {path for path, _ in SEEN} == {"/v2/models/m_by_key/infer"}


def test_moments_travel_as_iso_text_and_outcomes_do_not_travel(found: Endpoint) -> None:
    ask(found, rows(1), by_key=True)
    sent = {each["name"]: each["data"] for each in SEEN[0][1]["inputs"]}
    assert sent == {
        "flight": ["0"],
        "distance": [0.0],
        "time_hour": ["2013-07-01T14:00:00+00:00"],
        "day": ["2013-07-01"],
    }


def test_rows_that_lack_an_input_are_told(found: Endpoint) -> None:
    with pytest.raises(UsageError, match="lack distance"):
        ask(found, rows(1).drop("distance"), by_key=True)


def test_a_request_that_is_refused_is_told_and_nothing_is_asked_after_it(found: Endpoint) -> None:
    lost = rows(6).with_columns(distance=pl.Series([1.0, 2.0, -1.0, 3.0, 4.0, 5.0]))
    with pytest.raises(RefusedError, match="m in prod answered 503: too many requests wait"):
        ask(found, lost, by_key=True, batch=2)
    assert len(SEEN) == 2


def test_labels_are_posted_in_batches_without_those_that_have_none(found: Endpoint) -> None:
    labels = pl.DataFrame(
        {
            "prediction_id": ["p"] * 4,
            "row": [0, 1, 2, 3],
            "label": [1.0, None, 0.0, 1.0],
            "known_at": [datetime(2013, 7, 1, 18, tzinfo=UTC), None, None, None],
        }
    )
    assert post_labels(found, labels, batch=2) == 3
    posted = [one for _, body in SEEN for one in body["labels"]]
    assert [one["row"] for one in posted] == [0, 2, 3]
    assert posted[0]["known_at"] == "2013-07-01T18:00:00+00:00"
    assert "known_at" not in posted[1]


def test_a_refused_label_is_told_in_the_server_s_words(found: Endpoint) -> None:
    labels = pl.DataFrame({"prediction_id": ["p"], "row": [101], "label": [1]})
    with pytest.raises(RefusedError, match=r"labels\[0\].row"):
        post_labels(found, labels)
    with pytest.raises(UsageError, match="lack row"):
        post_labels(found, labels.drop("row"))
