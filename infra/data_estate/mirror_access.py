"""Who may read a redacted mirror: named environments' roles, in their own accounts."""

from __future__ import annotations

from collections.abc import Mapping

from infra.administration.statements import Statement, allow, granted_to


def mirror_reader_statements(readers: Mapping[str, str]) -> list[Statement]:
    """Statements (paths relative to the bucket) that let each environment's roles read."""
    statements = []
    for environment, account in readers.items():
        # The account is trusted to say which of its roles; only the platform's own can match.
        roles = {"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{account}:role/modelyard/*"}}
        principal = {"AWS": [f"arn:aws:iam::{account}:root"]}
        read = allow(f"ReadFrom{environment.title()}", "s3:GetObject", "*", roles)
        find = allow(f"ListFrom{environment.title()}", "s3:ListBucket", "", roles)
        statements += [granted_to(read, principal), granted_to(find, principal)]
    return statements
