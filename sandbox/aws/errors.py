"""What the emulator cannot do is told as AWS tells errors, never as an HTML page."""

import json
import sys
import traceback
from typing import Any
from xml.sax.saxutils import escape

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound


def _service() -> str:
    scope = request.headers.get("Authorization", "").partition("Credential=")[2].split("/")
    return scope[3] if len(scope) > 3 else "aws"


def _operation() -> str:
    target = request.headers.get("X-Amz-Target", "").rpartition(".")[2]
    return target or str(request.form.get("Action", "")) or f"{request.method} {request.path}"


def aws_error(
    status: int, code: str, message: str, *, as_json: bool, s3: bool = False
) -> Response:
    """Render an error in the protocol that the caller's service speaks."""
    if as_json:
        body = json.dumps({"__type": code, "message": message, "Message": message})
        return Response(
            body,
            status,
            {"x-amzn-ErrorType": code, "Content-Type": "application/x-amz-json-1.1"},
        )
    inner = f"<Code>{code}</Code><Message>{escape(message)}</Message>"
    if s3:
        body = f"<Error>{inner}<RequestId>sandbox</RequestId></Error>"
    else:
        body = (
            f"<ErrorResponse><Error><Type>Sender</Type>{inner}</Error>"
            "<RequestId>sandbox</RequestId></ErrorResponse>"
        )
    return Response(body, status, {"Content-Type": "text/xml"})


def _answer(error: Exception) -> Any:
    service = _service()
    form = "form" in (request.content_type or "")
    as_json = "X-Amz-Target" in request.headers or (service != "s3" and not form)

    def render(status: int, code: str, message: str) -> Response:
        return aws_error(status, code, message, as_json=as_json, s3=service == "s3")

    missing = isinstance(error, NotImplementedError) or type(error) in (NotFound, MethodNotAllowed)
    if missing:
        # 501 and not 500: clients retry a 500, and this never gets better.
        return render(
            501, "NotImplemented", f"The sandbox does not emulate {service} {_operation()}."
        )
    if isinstance(error, HTTPException):
        return error
    traceback.print_exception(error, file=sys.stderr)
    return render(
        500,
        "InternalFailure",
        f"The sandbox failed in {service} {_operation()}: {type(error).__name__}: {error}",
    )


def answer_properly(application: Flask) -> Flask:
    """Make the application render failures as AWS does."""
    application.register_error_handler(Exception, _answer)
    return application
