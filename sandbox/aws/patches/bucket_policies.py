"""Fact: moto ignores the conditions of bucket policies, so a TLS-only policy denies everyone."""

from typing import Any
from urllib.parse import parse_qs, urlparse

from moto.iam.access_control import PermissionResult
from moto.s3.exceptions import S3ClientError
from moto.s3.models import FakeBucket, s3_backends
from moto.s3.responses import S3Response

from sandbox.aws.accounts import caller_arn, role_arn
from sandbox.aws.bucket_policy import Request, refuses
from sandbox.aws.patches.replacing import replace

_OBJECT_ACTIONS = {
    "GET": "s3:GetObject",
    "HEAD": "s3:GetObject",
    "PUT": "s3:PutObject",
    "POST": "s3:PutObject",
    "DELETE": "s3:DeleteObject",
}
_LISTINGS = {
    "list-type",
    "prefix",
    "delimiter",
    "max-keys",
    "marker",
    "encoding-type",
    "start-after",
    "fetch-owner",
    "continuation-token",
}


def _bucket_action(method: str, query: set[str]) -> str:
    if method == "HEAD" or (method == "GET" and query <= _LISTINGS):
        return "s3:ListBucket"
    if method == "GET" and "versions" in query:
        return "s3:ListBucketVersions"
    if method == "POST" and "delete" in query:
        return "s3:DeleteObject"
    verb = {"GET": "Get", "PUT": "Put", "DELETE": "Delete"}.get(method, method.title())
    topic = "Policy" if "policy" in query else "".join(sorted(query))
    return f"s3:{verb}Bucket{topic}"


class _RefusedError(S3ClientError):
    def __init__(self, action: str, resource: str) -> None:
        super().__init__(
            "AccessDenied", f"The bucket policy does not let you call {action} on {resource}"
        )


def _admit(response: Any, request: Any, full_url: str, *, key: bool) -> None:
    name = response.parse_bucket_name_from_url(request, full_url)
    place = s3_backends.bucket_accounts.get(name)
    if place is None:
        return
    partition, owner = place
    bucket = s3_backends[owner][partition].buckets.get(name)
    if bucket is None or (bucket.policy is None and owner == response.current_account):
        return
    query = set(parse_qs(urlparse(full_url).query, keep_blank_values=True))
    if key:
        action = _OBJECT_ACTIONS.get(request.method, "s3:GetObject")
        resource = f"arn:aws:s3:::{name}/{response.parse_key_name()}"
    else:
        action, resource = _bucket_action(request.method, query), f"arn:aws:s3:::{name}"
    if owner == response.current_account and action.endswith("BucketPolicy"):
        return  # the owner can always repair a policy that locks everyone out
    account = response.current_account
    session = caller_arn(account, response.get_access_key())
    role = role_arn(account, response.get_access_key())
    sse = "x-amz-server-side-encryption"
    asked = Request(
        action=action,
        resource=resource,
        account=account,
        principal_arns=(session, role),
        context={
            "aws:securetransport": "true",
            "s3:tlsversion": "1.3",
            "aws:principalaccount": account,
            "aws:principalarn": role,
            f"s3:{sse}": request.headers.get(sse),
            f"s3:{sse}-aws-kms-key-id": request.headers.get(f"{sse}-aws-kms-key-id"),
        },
    )
    policy = bucket.policy.decode() if isinstance(bucket.policy, bytes) else bucket.policy
    if refuses(policy, owner, asked):
        raise _RefusedError(action, resource)


def apply() -> None:
    """Evaluate the policy before moto looks at the bucket, with its conditions."""
    bucket_response, key_response = S3Response._bucket_response, S3Response._key_response

    def admitted_bucket(self: Any, request: Any, full_url: str) -> Any:
        _admit(self, request, full_url, key=False)
        return bucket_response(self, request, full_url)

    def admitted_key(self: Any, request: Any, full_url: str) -> Any:
        _admit(self, request, full_url, key=True)
        return key_response(self, request, full_url)

    replace(S3Response, "_bucket_response", admitted_bucket)
    replace(S3Response, "_key_response", admitted_key)
    # moto's own evaluation, which knows no conditions
    replace(FakeBucket, "get_permission", lambda *_: PermissionResult.NEUTRAL)
