"""The clock as a page of the emulator: `GET` reads it, `POST` moves it and tells what happened."""

import json
from typing import Any

from sandbox.timeline.clock import ClockError, parse, text
from sandbox.timeline.timeline import Moved, Timeline

_REMEDY = 'Send one of {"now": "2013-07-01T00:00:00Z"}, {"advance_seconds": 3600}, {"real": true}.'


class ClockPage:
    """Answers `/_sandbox/clock`."""

    def __init__(self, timeline: Timeline) -> None:
        self._timeline = timeline

    def __call__(self, environ: dict[str, Any]) -> tuple[int, object]:
        """Answer one request."""
        method = environ.get("REQUEST_METHOD", "GET")
        try:
            if method == "GET":
                return 200, self._standing()
            if method == "POST" and not _says_json(environ):
                return 415, {"error": "The clock takes application/json only.", "remedy": _REMEDY}
            if method == "POST":
                return 200, self._told(self._moved(_asked(environ)))
        except ClockError as error:
            return 400, {"error": error.message, "remedy": error.remedy}
        return 405, {"error": f"The clock knows GET and POST, not {method}.", "remedy": _REMEDY}

    def _standing(self) -> dict[str, Any]:
        clock = self._timeline.clock
        return {"now": text(clock.now()), "simulated": clock.simulated}

    def _moved(self, asked: dict[str, Any]) -> Moved:
        match asked:
            case {"real": True}:
                return self._timeline.real()
            case {"now": str(moment)}:
                return self._timeline.move(parse(moment))
            case {"advance_seconds": int() | float() as seconds} if not isinstance(seconds, bool):
                return self._timeline.advance(float(seconds))
        raise ClockError(f"The clock does not understand {json.dumps(asked)[:200]}.", _REMEDY)

    def _told(self, moved: Moved) -> dict[str, Any]:
        fired = [
            {
                "at": text(each.due.at),
                "kind": each.due.kind,
                "environment": each.due.environment,
                "name": each.due.name,
                "target": each.outcome.target,
                "result": each.outcome.result,
                "detail": each.outcome.detail,
            }
            for each in moved.fired
        ]
        alarms = [
            {
                "at": text(each.at),
                "environment": each.environment,
                "name": each.name,
                "before": each.before,
                "after": each.after,
                "reason": each.reason,
            }
            for each in moved.alarms
        ]
        return {
            **self._standing(),
            "before": text(moved.before),
            "fired": fired,
            "alarms": alarms,
            "problems": moved.problems,
        }


def _says_json(environ: dict[str, Any]) -> bool:
    """What a web page cannot say without asking first, which is never answered."""
    said = str(environ.get("CONTENT_TYPE", "")).partition(";")[0]
    return said.strip().lower() == "application/json"


def _asked(environ: dict[str, Any]) -> dict[str, Any]:
    try:
        asked = json.loads(environ["wsgi.input"].read() or b"{}")
    except ValueError as error:
        raise ClockError(f"The request is no JSON: {error}.", _REMEDY) from error
    if not isinstance(asked, dict) or len(asked) != 1:
        raise ClockError("The clock takes one instruction at a time.", _REMEDY)
    return asked
