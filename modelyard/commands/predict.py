"""`predict`: ask a live endpoint, with a request of your own or a real row."""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from modelyard import catalogue
from modelyard.commands.options import EnvOption, ModelArgument
from modelyard.errors import RefusedError, UsageError, YardError
from modelyard.output import emit, facts
from modelyard.target import TargetOption, open_yard


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(predict)


def predict(
    model: ModelArgument,
    env: EnvOption = "prod",
    body: Annotated[
        str | None, typer.Option("--request", help="A V2 request as JSON text.")
    ] = None,
    file: Annotated[
        Path | None, typer.Option(help="A file with a V2 request; - reads stdin.")
    ] = None,
    example: Annotated[
        bool, typer.Option("--example", help="Ask about a real row of the holdout.")
    ] = False,
    by_key: Annotated[
        bool,
        typer.Option("--by-key", help="The request names entities; the server builds features."),
    ] = False,
    target: TargetOption = "sandbox",
    as_json: Annotated[bool, typer.Option("--json", help="Print the whole answer.")] = False,
) -> None:
    """Send a V2 request to the live endpoint and print its answer."""
    name = catalogue.model(model)
    catalogue.environment(env)
    if sum((body is not None, file is not None, example)) != 1:
        raise UsageError(
            "Say what to ask about.", remedy="exactly one of --example, --request, --file"
        )
    if example and by_key:
        raise UsageError("--example brings features.", remedy="--by-key with --request or --file")
    request = None if example else _request(body, file)
    place = open_yard(target).place(env)
    from modelyard.live.endpoint import endpoint

    found = endpoint(place, name)
    try:
        answer = found.infer(request or _example(place, name), by_key=by_key)
    except RefusedError as error:
        raise RefusedError(error.message, remedy=_expected(found, by_key=by_key)) from error
    if as_json:
        emit(answer)
        return
    wide = any(len(each["shape"]) > 1 for each in answer["outputs"])
    classes = found.metadata().get("parameters", {}).get("classes", []) if wide else []
    facts(
        f"{name} version {answer.get('model_version', '?')} in {env}",
        {
            "prediction id": answer.get("parameters", {}).get("prediction_id", ""),
            **{each["name"]: readable(each, classes) for each in answer["outputs"]},
        },
    )


def readable(output: Mapping[str, Any], classes: Sequence[str]) -> list[Any]:
    """One output's values by row; several numbers a row carry the names of their classes."""
    data, shape = output["data"], output["shape"]
    if len(shape) == 1:
        return list(data)
    starts = range(0, len(data), shape[1])
    return [dict(zip(classes, data[at : at + shape[1]], strict=True)) for at in starts]


def _expected(found: Any, *, by_key: bool) -> str:
    """What a request has to look like, as the endpoint itself says it."""
    try:
        inputs = found.metadata(by_key=by_key)["inputs"]
    except (YardError, KeyError):
        return f"modelyard status --env {found.environment} shows whether it is ready"
    names = ", ".join(f"{each['name']} {each['datatype']}" for each in inputs)
    first = _tensor(inputs[0]["name"], inputs[0]["datatype"]) if inputs else ""
    more = ", …" if len(inputs) > 1 else ""
    return f'inputs: {names}; a request: {{"inputs": [{first}{more}]}}'


def _tensor(name: str, datatype: str) -> str:
    """One input of a request about one row."""
    value: object = {"BYTES": "text", "BOOL": True}.get(datatype, 1)
    return json.dumps({"name": name, "datatype": datatype, "shape": [1], "data": [value]})


def _request(body: str | None, file: Path | None) -> dict[str, Any]:
    where = "--request" if body is not None else str(file)
    text = body if body is not None else _read(file, where)
    try:
        request = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{where} is not JSON: {error}.") from error
    if not isinstance(request, dict) or not isinstance(request.get("inputs"), list):
        raise UsageError(
            f'{where} is no V2 request: it needs a list "inputs".',
            remedy=f'{{"inputs": [{_tensor("NAME", "FP64")}, …]}}, with the names of its features',
        )
    return request


def _read(file: Path | None, where: str) -> str:
    # Bytes, because the machine's locale must not decide what a file says.
    stdin = file is None or str(file) == "-"
    found = sys.stdin.buffer.read() if stdin else Path(where).read_bytes()
    try:
        return found.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(
            f"{'stdin' if stdin else where} is not text.",
            remedy="allowed: a V2 request as JSON, encoded in UTF-8",
        ) from error


def _example(place: Any, model: str) -> dict[str, Any]:
    from modelyard.live.champion import champion
    from modelyard.live.example import inputs_of, request, rows_of

    live = champion(place, model)
    frame = rows_of(place, model, live.run, count=1)
    return request(inputs_of(place, live.line["package"]), frame)
