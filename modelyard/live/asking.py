"""Asks a live endpoint about many rows, by key or as they are; tells it what came of them."""

from collections.abc import Iterator
from typing import Any

from modelyard.errors import UsageError
from modelyard.live.endpoint import Endpoint
from modelyard.live.example import request

ROWS = 1_000
"""What a server answers in one request."""
LABELS = 5_000
LABEL_COLUMNS = ("prediction_id", "row", "label")


def ask(found: Endpoint, rows: Any, *, by_key: bool = False, batch: int = ROWS) -> Any:
    """Ask about every row of a polars frame, which has the endpoint's inputs, or those by key.

    Returns a frame in the same order: `prediction_id`, `row`, and one column per output.
    """
    import polars

    inputs = found.metadata(by_key=by_key)["inputs"]
    if missing := [each["name"] for each in inputs if each["name"] not in rows.columns]:
        raise UsageError(
            f"The rows lack {', '.join(missing)}.",
            remedy=f"they need {', '.join(each['name'] for each in inputs)}",
        )
    answers = []
    for part in rows.iter_slices(batch):
        said = found.infer(request(inputs, part), by_key=by_key)
        known = {each["name"]: _column(each) for each in said["outputs"]}
        ids = [said["parameters"]["prediction_id"]] * part.height
        answers.append(
            polars.DataFrame({"prediction_id": ids, "row": list(range(part.height)), **known})
        )
    return polars.concat(answers) if answers else polars.DataFrame()


def post_labels(found: Endpoint, labels: Any, *, batch: int = LABELS) -> int:
    """Post a frame's labels (`prediction_id`, `row`, `label`, optional `known_at`); how many.

    Rows without a label are left out. Posting again is harmless: what was received last counts.
    """
    if missing := [name for name in LABEL_COLUMNS if name not in labels.columns]:
        raise UsageError(
            f"The labels lack {', '.join(missing)}.",
            remedy="columns: prediction_id, row, label and, where it is known, known_at",
        )
    posted = 0
    for part in labels.drop_nulls("label").iter_slices(batch):
        posted += int(found.feedback({"labels": list(_said(part))})["accepted"])
    return posted


def _column(output: dict[str, Any]) -> list[Any]:
    """One value per row; where the output is wider, a list of them."""
    data, shape = output["data"], output["shape"]
    if len(shape) == 1:
        return list(data)
    return [data[row * shape[1] : (row + 1) * shape[1]] for row in range(shape[0])]


def _said(part: Any) -> Iterator[dict[str, Any]]:
    columns = [name for name in (*LABEL_COLUMNS, "known_at") if name in part.columns]
    for one in part.select(columns).iter_rows(named=True):
        known = one.pop("known_at", None)
        if known is not None:
            one["known_at"] = known if isinstance(known, str) else known.isoformat()
        yield one
