"""What KMS does not confirm is refused; where KMS cannot say, nobody is called a forger."""

from base64 import b64encode
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from modelyard.delivery import statements
from modelyard.errors import RefusedError

KEY = "arn:aws:kms:eu-west-1:333333333333:key/1"
STORED = {"statement": {"kind": "approval"}, "signature": b64encode(b"a signature").decode()}


@pytest.fixture
def kms() -> Any:
    return boto3.client(
        "kms", region_name="eu-west-1", aws_access_key_id="x", aws_secret_access_key="x"
    )


def verify(kms: Any, stored: dict[str, Any] = STORED) -> dict[str, Any]:
    return statements.verify(kms, KEY, stored, what="approval")


@pytest.mark.parametrize("code", ["KMSInvalidSignatureException", "ValidationException"])
def test_a_signature_that_does_not_fit_is_refused(kms: Any, code: str) -> None:
    with Stubber(kms) as stub:
        stub.add_client_error("verify", code)
        with pytest.raises(RefusedError, match="altered or forged"):
            verify(kms)


@pytest.mark.parametrize("signature", [None, "no base64!"])
def test_what_is_no_signature_at_all_is_refused_without_asking(
    kms: Any, signature: str | None
) -> None:
    with pytest.raises(RefusedError, match="altered or forged"):
        verify(kms, {**STORED, "signature": signature})


@pytest.mark.parametrize(
    "code", ["ThrottlingException", "AccessDeniedException", "KMSInternalException"]
)
def test_an_outage_is_no_forgery_and_is_tried_again(kms: Any, code: str) -> None:
    with Stubber(kms) as stub:
        stub.add_client_error("verify", code)
        with pytest.raises(ClientError, match=code):
            verify(kms)


def test_what_the_key_confirms_is_returned(kms: Any) -> None:
    with Stubber(kms) as stub:
        stub.add_response("verify", {"SignatureValid": True})
        assert verify(kms) == STORED["statement"]
