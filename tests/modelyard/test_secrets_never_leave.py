"""The redactor lets no secret through, however it is written, and leaves the rest whole."""

import base64
import json
import string
import time
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from modelyard.diagnosis.known import Known
from modelyard.diagnosis.redactor import Redactor
from tests.modelyard import planted

many = settings(max_examples=60, deadline=None, derandomize=True)
noise = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
secret_values = (
    st.lists(st.characters(exclude_categories=["Cs"]), min_size=8, max_size=30, unique=True)
    .map("".join)
    .filter(lambda text: text not in "[redacted: known secret]")
)


def redact(text: str, *known: str) -> str:
    return Redactor(Known(known)).text(text)


@pytest.mark.parametrize("name", planted.BY_KIND)
def test_a_secret_is_known_by_how_it_looks(name: str) -> None:
    secret = planted.BY_KIND[name].strip()
    redacted = redact(f"before {secret} after")
    assert planted.found_in(redacted, planted.VALUES) == []
    assert redacted.startswith("before [redacted: ")
    assert redacted.endswith("] after")


@pytest.mark.parametrize("name", planted.BY_PLACE)
def test_a_secret_is_known_by_where_it_stands(name: str) -> None:
    assert planted.TOKEN not in redact(f"first\n{planted.BY_PLACE[name]}\nlast\n")


def test_no_kind_hides_in_base64_or_compressed() -> None:
    assert planted.found_in(redact(planted.lines()), planted.VALUES) == []


@pytest.mark.parametrize("cut", [10, 60, 100, 150, len(planted.KEY) - 20])
def test_half_a_key_is_taken_out_too(cut: int) -> None:
    lines = planted.KEY.splitlines()[1:-1]
    for half in (planted.KEY[:cut], planted.KEY[cut:]):
        for text in (f"x: {half}", json.dumps({"x": half}), f'12:00 "{half}'.replace("\n", "\\n")):
            shown = redact(text)
            assert not any(line[:30] in shown or line[-30:] in shown for line in lines)


def test_a_key_with_a_time_before_each_line_is_taken_out() -> None:
    text = "".join(f"12:00:0{n} {line}\n" for n, line in enumerate(planted.KEY.splitlines()))
    assert planted.found_in(redact(text), planted.VALUES) == []


@many
@given(secret=secret_values, before=noise, after=noise)
def test_a_known_secret_is_taken_out_whatever_surrounds_it(
    secret: str, before: str, after: str
) -> None:
    text = before + secret + after
    for written in (text, json.dumps(text), json.dumps({"a": [text], text: 1}, indent=1)):
        assert secret not in redact(written, secret)
        assert json.dumps(secret)[1:-1] not in redact(written, secret)
    encoded = base64.b64encode(text.encode("utf-8", "replace")).decode()
    assert secret not in base64.b64decode(_letters(redact(encoded, secret))).decode(
        "utf-8", "ignore"
    )


def _letters(text: str) -> str:
    """What is left of base64, cut to a length that can be decoded."""
    kept = "".join(each for each in text.split("[")[0] if each in _BASE64)
    return kept[: len(kept) // 4 * 4]


_BASE64 = string.ascii_letters + string.digits + "+/="


@many
@given(
    kind=st.sampled_from(list(planted.BY_KIND)),
    before=st.text(alphabet=" \t\n\"'{}[]:,=<>()é", max_size=12),
    after=st.text(alphabet=" \t\n\"'{}[]:,<>()é", max_size=12),
)
def test_a_secret_by_its_looks_is_taken_out_whatever_surrounds_it(
    kind: str, before: str, after: str
) -> None:
    text = before + planted.BY_KIND[kind] + after
    for written in (text, json.dumps(text), json.dumps([text, {"a": text}])):
        assert planted.found_in(redact(written), planted.VALUES, depth=0) == []


scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
documents = st.recursive(
    scalars | st.sampled_from(planted.ALL),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.text(max_size=6) | st.sampled_from(["password", "secret_arn", *planted.ALL]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=15,
)


def shape(value: Any) -> Any:
    if isinstance(value, dict):
        return [shape(each) for each in value.values()]
    return [shape(each) for each in value] if isinstance(value, list) else None


@many
@given(document=documents, indent=st.sampled_from([None, 2]), lines=st.integers(1, 3))
def test_json_stays_json_of_the_same_shape(document: Any, indent: int | None, lines: int) -> None:
    assume(isinstance(document, dict))
    one = json.dumps(document, indent=indent)
    text = one if indent else "\n".join([one] * lines)
    redacted = redact(text)
    for line in [redacted] if indent else redacted.split("\n"):
        assert shape(json.loads(line)) == shape(document)
    assert planted.found_in(redacted, planted.VALUES, depth=0) == []


@many
@given(text=st.text(alphabet="abc \"'{}[]:=,\\\n@/1A-", max_size=300))
def test_any_text_is_taken(text: str) -> None:
    redact(text, "a known secret")


ORDINARY = """\
{"at": "2030-01-01T00:00:00Z", "git_sha": "0123456789abcdef0123456789abcdef01234567"}
image 111111111111.dkr.ecr.eu-west-1.amazonaws.com/modelyard@sha256:9f86d081884c7d659a2feaa0c55ad0
arn:aws:kms:eu-west-1:111111111111:key/0f8fad5b-d9cb-469f-a165-70867728950e
pseudonym_secret_arn: arn:aws:secretsmanager:eu-west-1:111111111111:secret:pseudonyms-AbCdEf
/home/ada/modelyard/.modelyard/clusters/prod/kubelet/logs/models_flight-delay/server/0.log
http://127.0.0.1:20001/v2/models/flight_delay 200 in 3 ms; secret_name=model-credentials
KubeletReady FailedScheduling CrashLoopBackOff ContainersNotReady_ProgressDeadlineExceeded
"""


def test_what_is_no_secret_stays_as_it_is() -> None:
    assert redact(ORDINARY, "hunter2-hunter3") == ORDINARY


def test_what_was_taken_is_counted_by_kind_and_never_shown() -> None:
    redactor = Redactor(Known(["hunter2-hunter3"]))
    redactor.text(f"hunter2-hunter3 {planted.BY_KIND['AWS access key']}\npassword=abcdefgh\n")
    counts = {kind: count for kind, count in redactor.counts.items() if count}
    assert counts == {"known secret": 1, "AWS access key": 1, "named secret": 1}


def test_a_large_log_takes_seconds_not_minutes() -> None:
    known = [f"{n:032x}"[::-1] + "Zq" for n in range(100)]
    text = (ORDINARY + planted.lines()) * 12
    begun = time.process_time()
    redact(text, *known)
    assert time.process_time() - begun < 20 * len(text) / 1_000_000
