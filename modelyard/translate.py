"""Turns errors of the rooms beneath into the command line's own, without importing those rooms."""

import errno

from modelyard.errors import ExitCode, NotUpError, RefusedError, UsageError, YardError

_NOT_REACHABLE = {"EndpointConnectionError", "ConnectionClosedError", "ConnectTimeoutError"}
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def translated(error: BaseException) -> YardError | None:
    """Return the message for a known kind of error, or None when it is a bug of ours."""
    kind = type(error).__name__
    if kind in _NOT_REACHABLE:
        return NotUpError(
            f"AWS does not answer: {error}",
            remedy="modelyard sandbox status   (then: modelyard sandbox up)",
        )
    if kind in {"NoCredentialsError", "ProfileNotFound", "CredentialRetrievalError"}:
        return RefusedError(
            f"No usable AWS credentials: {error}",
            remedy="set AWS_PROFILE to a profile of the environment's account",
        )
    if kind == "ClientError":
        return _refused_by_aws(error)
    if kind in {"SandboxError", "ToolError"}:
        known: YardError = NotUpError(_text(error), remedy=str(getattr(error, "remedy", "")))
        return known
    if kind in {"SpecError", "SettingsError"}:
        return UsageError(str(error), remedy="modelyard model check")
    if kind in {
        "ClockError",
        "LedgerError",
        "ContractError",
        "RegistryError",
        "SignatureError",
        "PackageError",
    }:
        return RefusedError(_text(error), remedy=str(getattr(error, "remedy", "")))
    if isinstance(error, FileNotFoundError | PermissionError | IsADirectoryError):
        refused = UsageError(f"{error.filename}: {error.strerror}.")
        refused.code = ExitCode.USAGE
        return refused
    if isinstance(error, OSError) and error.errno in _NO_ROOM:
        return RefusedError(
            f"There is no room to write: {error.strerror}.",
            remedy="make some (df -h .), then run the same command again",
        )
    return None


def _refused_by_aws(error: BaseException) -> YardError:
    response = getattr(error, "response", {})
    reason = response.get("Error", {})
    operation = getattr(error, "operation_name", "a call")
    return RefusedError(
        f"AWS refused {operation}: {reason.get('Code')}: {reason.get('Message')}",
        remedy="modelyard status shows what is up; modelyard deploy brings an environment up",
    )


def _text(error: BaseException) -> str:
    return str(getattr(error, "message", "") or error)
