"""What is written wrongly: one message with what is allowed, the right code, no traceback."""

import io
from pathlib import Path

import pytest

from modelyard.errors import ExitCode
from tests.modelyard.keyboard import type_

TYPED_WRONGLY = [
    (("promote", "flight_dela", "--to", "staging"), 'Did you mean "flight_delay"?'),
    (("promote", "flight_delay", "--to", "stagin"), 'Did you mean "staging"?'),
    (("promote", "flight_delay", "--to", "dev"), "releases start there"),
    (("promote", "flight_delay"), "--to"),
    (("status", "--env", "qa"), "allowed: dev, prod, staging"),
    (("status", "--target", "azure"), "allowed: aws, sandbox"),
    (("rollback", "flight_delay", "--env", "prod"), "--reason"),
    (("rollback", "flght_delay", "--reason", "x"), 'Did you mean "flight_delay"?'),
    (("deploy", "production"), 'Did you mean "prod"?'),
    (("deploy", "dev", "--target", "clod"), "allowed: aws, sandbox"),
    (("predict", "flight_delay"), "exactly one of --example, --request, --file"),
    (("predict", "flight_delay", "--request", "{"), "not JSON"),
    (("predict", "flight_delay", "--request", "{}"), 'needs a list "inputs"'),
    (("predict", "flight_delay", "--file", "none.json"), "none.json"),
    (("predict", "diabetes", "--example", "--by-key"), "--example brings features"),
    (("feedback", "flight_delay", "--from", "labels.txt"), "allowed: .csv, .jsonl"),
    (("feedback", "flight_delay", "--from", "none.csv"), "there is no such file"),
    (("data", "land", "flight_delay", "--months", "0-3"), "months are 1 to 12"),
    (("data", "land", "flight_delay", "--months", "spring"), "1-4 or 5,6"),
    (("audit", "at", "yesterday"), "neither a date nor a moment"),
    (("audit", "verify", "--witness", "3:sha256:" + "a" * 64), "add --env"),
    (("audit", "verify", "--env", "prod", "--witness", "3:abc"), "as `modelyard audit verify`"),
    (("audit", "verify", "--env", "prod", "--witness", "0:sha256:" + "a" * 64), "no witness"),
    (("trace", "x", "--env", "qa"), 'no environment "qa"'),
    (("approve", "flight_delay", "--env", "dev"), "releases start there"),
    (("up", "--story", "long"), "allowed: none, release, tell"),
    (("up", "--model", "chrun"), "modelyard model new chrun --from FILE"),
    (("up", "--model", "flght_delay"), 'Did you mean "flight_delay"?'),
    (("story", "--model", "diabetes"), "models/diabetes/source.yaml is missing"),
    (("promte",), "promote"),
    (("status", "--jsn"), "--json"),
    (("model", "check", "diabetis"), 'Did you mean "diabetes"?'),
]


@pytest.mark.parametrize(("words", "said"), TYPED_WRONGLY, ids=lambda value: str(value)[:40])
def test_typed_wrongly(
    checkout: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], said: str
) -> None:
    typed = type_(capsys, *words)
    assert typed.code == ExitCode.USAGE
    assert said in typed.err.replace("\n", " ")
    assert typed.err.count("error:") == 1
    assert "Traceback" not in typed.err
    assert typed.out == ""


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\x89PNG\r\n\x1a\n\x00", "is not text"),
        ("{}".encode("utf-16"), "is not text"),
        (b"[" * 100_000, "is not JSON"),
        (b'\xef\xbb\xbf{"rows": []}', 'needs a list "inputs"'),
    ],
    ids=["a picture", "UTF-16", "brackets", "a byte order mark"],
)
def test_a_file_or_stdin_that_is_no_request_is_refused(
    checkout: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    content: bytes,
    said: str,
) -> None:
    file = checkout / "request"
    file.write_bytes(content)
    for given in (str(file), "-"):
        stdin = io.TextIOWrapper(io.BytesIO(content), encoding="utf-8")
        monkeypatch.setattr("sys.stdin", stdin)
        typed = type_(capsys, "predict", "flight_delay", "--file", given)
        assert typed.code == ExitCode.USAGE
        assert said in typed.err
        assert ("UTF-8" in typed.err) == (said == "is not text")
        assert typed.err.count("error:") == 1


def test_a_stack_file_without_accounts_is_named(
    checkout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (checkout / "Pulumi.dev.yaml").write_text("config: {}\n")
    typed = type_(capsys, "deploy", "dev")
    assert typed.code == ExitCode.USAGE
    assert "Pulumi.dev.yaml" in typed.err


def test_every_mistake_of_a_model_folder_is_told(
    checkout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    typed = type_(capsys, "model", "check")
    assert typed.code == ExitCode.REFUSED
    for section in ("data", "features", "estimator", "gates", "problem.objective"):
        assert f"models/diabetes/model.yaml: {section}" in typed.out


def test_mistakes_in_code_and_contract_of_all_models_are_told_together(
    checkout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (checkout / "models" / "diabetes" / "features.py").write_text("import nothing_like_it\n")
    (checkout / "models" / "flight_delay" / "contract.yaml").write_text("apiVersion: [\n")
    (checkout / "models" / "flight_delay" / "estimator.py").write_text("def fit(): ...\n")
    typed = type_(capsys, "model", "check")
    assert typed.code == ExitCode.REFUSED
    assert "models/diabetes/features.py:1: cannot be imported: ModuleNotFoundError" in typed.out
    assert "models/flight_delay/contract.yaml: not readable as YAML" in typed.out
    assert "models/flight_delay/estimator.py: build: function is missing" in typed.out
    assert "Traceback" not in typed.out + typed.err
