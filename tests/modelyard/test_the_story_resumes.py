"""The story goes on where it was cut off, believes the world, and counts every request."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from modelyard import activity
from modelyard.errors import RefusedError
from modelyard.story.book import Book, stories
from modelyard.story.lengths import how_to_go_on
from modelyard.story.stage import Stage, walk
from modelyard.story.traffic import Traffic

ANSWER = b'{"model_version": "1", "parameters": {"prediction_id": "p7"}, "outputs": []}'


class World:
    """Three things that can be true."""

    def __init__(self) -> None:
        self.true: set[str] = set()
        self.made: list[str] = []
        self.interrupt_at = ""
        self.seconds = 0.0
        """What a clock of this world shows: each attempt at a stage takes ten."""

    def stages(self) -> list[Stage]:
        return [self._stage(name) for name in ("one", "two", "three")]

    def _stage(self, name: str) -> Stage:
        def make() -> dict[str, Any]:
            self.made.append(name)
            self.seconds += 10
            if name == self.interrupt_at:
                self.interrupt_at = ""
                raise KeyboardInterrupt
            self.true.add(name)
            return {"rows": {name: 7}}

        return Stage(
            name=name,
            title=f"Stage {name}",
            is_true=lambda: f"{name} holds" if name in self.true else None,
            make=make,
        )


@pytest.fixture
def book(tmp_path: Path) -> Book:
    return Book(tmp_path / "story.json", "churn")


def test_it_resumes_after_an_interrupt(book: Book) -> None:
    world, said = World(), list[str]()
    world.interrupt_at = "two"
    with pytest.raises(KeyboardInterrupt):
        walk(world.stages(), book, said.append)
    current = activity.interrupted()
    assert current is not None
    assert "stage 2" in current.what
    assert current.resume == "make up"
    walk(world.stages(), book, said.append)
    assert world.made == ["one", "two", "two", "three"]
    assert "[1/3] Stage one: already true: one holds" in said


def test_told_again_it_makes_nothing(book: Book) -> None:
    world = World()
    walk(world.stages(), book, lambda message: None)
    walk(world.stages(), book, lambda message: None)
    assert world.made == ["one", "two", "three"]


def test_it_believes_the_world_and_not_the_book(book: Book) -> None:
    world = World()
    walk(world.stages(), book, lambda message: None)
    world.true.remove("two")
    walk(world.stages(), book, lambda message: None)
    assert world.made[-1] == "two"


def test_a_stage_that_did_not_reach_its_end_state_is_said(book: Book) -> None:
    stage = Stage(name="x", title="Stage x", is_true=lambda: None, make=dict)
    with pytest.raises(RefusedError, match="its end state does not hold"):
        walk([stage], book, lambda message: None)
    assert book.chapter("x") == {}


def test_seconds_and_rows_are_kept(book: Book, tmp_path: Path) -> None:
    walk(World().stages(), book, lambda message: None)
    kept = Book(tmp_path / "story.json", "churn").chapter("two")
    assert kept["facts"] == {"rows": {"two": 7}}
    assert kept["seconds"] >= 0
    assert kept["evidence"] == "two holds"


@pytest.fixture
def timed(monkeypatch: pytest.MonkeyPatch) -> World:
    """A world by whose clock the stages are timed."""
    world = World()
    clock = SimpleNamespace(monotonic=lambda: world.seconds)
    monkeypatch.setattr("modelyard.story.stage.time", clock)
    return world


def seconds(path: Path, name: str) -> float:
    return float(Book(path, "churn").chapter(name)["seconds"])


def cut_off(world: World, path: Path, name: str) -> None:
    """A process that tells the story until Ctrl-C hits one stage."""
    world.interrupt_at = name
    with pytest.raises(KeyboardInterrupt):
        walk(world.stages(), Book(path, "churn"), lambda message: None)


def test_a_stage_has_the_seconds_of_all_its_attempts(timed: World, tmp_path: Path) -> None:
    path = tmp_path / "story.json"
    cut_off(timed, path, "two")
    cut_off(timed, path, "two")
    walk(timed.stages(), Book(path, "churn"), lambda message: None)
    assert [seconds(path, name) for name in ("one", "two", "three")] == [10, 30, 10]


def test_a_stage_that_came_true_after_it_was_cut_off_keeps_its_seconds(
    timed: World, tmp_path: Path
) -> None:
    path = tmp_path / "story.json"
    cut_off(timed, path, "two")
    # Delivery, for instance, goes on by itself.
    timed.true.add("two")
    walk(timed.stages(), Book(path, "churn"), lambda message: None)
    assert seconds(path, "two") == 10


def test_a_stage_that_is_made_again_is_timed_anew(timed: World, tmp_path: Path) -> None:
    path = tmp_path / "story.json"
    cut_off(timed, path, "two")
    walk(timed.stages(), Book(path, "churn"), lambda message: None)
    timed.true.remove("two")
    walk(timed.stages(), Book(path, "churn"), lambda message: None)
    assert seconds(path, "two") == 10


def test_the_last_stage_goes_on_where_more_is_asked_of_it(timed: World, tmp_path: Path) -> None:
    path = tmp_path / "story.json"
    walk(timed.stages(), Book(path, "churn"), lambda message: None)
    # A life of three weeks, then of all.
    timed.true.remove("three")
    walk(timed.stages(), Book(path, "churn"), lambda message: None)
    assert seconds(path, "three") == 20
    timed.true.clear()
    walk(timed.stages(), Book(path, "churn"), lambda message: None)
    assert seconds(path, "three") == 10


def test_an_unreadable_book_is_put_aside(tmp_path: Path) -> None:
    (tmp_path / "story.json").write_text("{")
    book = Book(tmp_path / "story.json", "churn")
    assert book.chapter("one") == {}
    assert (tmp_path / "story.unreadable").exists()


def test_two_models_stories_are_kept_side_by_side(tmp_path: Path) -> None:
    path = tmp_path / "story.json"
    # Both are open: what one writes must not be lost when the other does.
    flights, churn = Book(path, "flight_delay"), Book(path, "churn")
    walk(World().stages(), flights, lambda message: None)
    walk(World().stages()[:1], churn, lambda message: None)
    churn.add_traffic({"requests": 5})
    flights.add_traffic({"requests": 7})
    told = stories(path)
    assert [*told["flight_delay"]["chapters"]] == ["one", "two", "three"]
    assert [*told["churn"]["chapters"]] == ["one"]
    assert [told[model]["traffic"] for model in ("flight_delay", "churn")] == [
        [{"requests": 7}],
        [{"requests": 5}],
    ]
    churn.clear()
    assert stories(path) == {}


def test_an_interrupt_names_the_command_of_its_own_model(book: Book) -> None:
    world = World()
    world.interrupt_at = "one"
    with pytest.raises(KeyboardInterrupt):
        walk(world.stages(), book, lambda message: None, again=how_to_go_on("churn"))
    current = activity.interrupted()
    assert current is not None
    assert current.resume == "make up MODEL=churn"


@pytest.fixture
def server() -> Iterator[ThreadingHTTPServer]:
    """An endpoint whose first two answers are good and whose third is not."""
    asked: list[int] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            asked.append(1)
            good = len(asked) != 3
            body = ANSWER if good else b"gone"
            self.send_response(200 if good else 503)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            return

    served = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=served.serve_forever)
    thread.start()
    yield served
    served.shutdown()
    served.server_close()
    thread.join()


def test_every_failed_request_is_counted(server: ThreadingHTTPServer) -> None:
    address = f"http://127.0.0.1:{server.server_port}/v2/models/m/infer"
    traffic = Traffic(lambda: (address, [b"{}"]), per_second=200)
    traffic.start()
    for _ in range(200):
        if traffic.facts()["requests"] >= 6:
            break
        threading.Event().wait(0.02)
    traffic.stop()
    facts = traffic.facts()
    assert facts["failed"] == 1
    assert facts["failures"][0]["what"].startswith("HTTP 503")
    good = sum(second["answers"].get("1", 0) for second in facts["seconds"])
    assert good == facts["requests"] - 1
    assert traffic.last_id == "p7"
    assert not traffic.running


def test_it_asks_for_as_long_as_something_goes_live(server: ThreadingHTTPServer) -> None:
    address = f"http://127.0.0.1:{server.server_port}/v2/models/m/infer"
    traffic = Traffic(lambda: (address, [b"{}"]), per_second=200)
    with traffic.flowing():
        while traffic.facts()["requests"] < 2:
            threading.Event().wait(0.02)
    sent = traffic.facts()["requests"]
    threading.Event().wait(0.1)
    assert traffic.facts()["requests"] == sent


def test_an_endpoint_that_is_away_is_a_failure() -> None:
    traffic = Traffic(lambda: ("http://127.0.0.1:9/", [b"{}"]), per_second=50)
    traffic.start()
    for _ in range(200):
        if traffic.failures:
            break
        threading.Event().wait(0.05)
    traffic.stop()
    assert traffic.failures > 0
    assert traffic.facts()["failures"][0]["what"].startswith("ConnectError")
