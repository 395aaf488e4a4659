"""Refusals of the server itself, in the form of the service that was asked.

S3 answers XML without a wrapper, the query protocol XML with one, all others JSON with the code in a
header too: https://smithy.io/2.0/aws/protocols/index.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from typing import Any
from xml.sax.saxutils import escape

CREDENTIAL_SCOPE = re.compile(r"Credential=[^/,\s]*/\d{8}/[^/,\s]*/(?P<service>[a-z0-9-]+)/", re.I)
FORM = "application/x-www-form-urlencoded"
REASONS = {
    400: "Bad Request",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    408: "Request Timeout",
    411: "Length Required",
    413: "Request Entity Too Large",
    500: "Internal Server Error",
    503: "Service Unavailable",
}


def service_of(environ: dict[str, Any]) -> str:
    """The service that a request was signed for; `s3` where nothing says so, as moto has it."""
    signed = str(environ.get("HTTP_AUTHORIZATION", ""))
    found = CREDENTIAL_SCOPE.search(signed)
    if found:
        return found["service"].lower()
    if environ.get("HTTP_X_AMZ_TARGET"):
        return str(environ["HTTP_X_AMZ_TARGET"]).partition(".")[0].lower()
    return "s3"


def refuse(
    environ: dict[str, Any],
    start_response: Callable[..., Any],
    status: int,
    code: str,
    message: str,
) -> Iterable[bytes]:
    """Answer a request with an error."""
    service = service_of(environ)
    kind = "application/x-amz-json-1.1"
    if service == "s3":
        kind = "application/xml"
        body = (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            f"<Error><Code>{code}</Code><Message>{escape(message)}</Message></Error>"
        )
    elif str(environ.get("CONTENT_TYPE", "")).startswith(FORM):
        kind = "text/xml"
        body = (
            f"<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code>"
            f"<Message>{escape(message)}</Message></Error><RequestId>local</RequestId>"
            "</ErrorResponse>"
        )
    else:
        body = json.dumps({"__type": code, "message": message})
    content = body.encode(errors="replace")
    headers = [
        ("Content-Type", kind),
        ("Content-Length", str(len(content))),
        ("x-amzn-errortype", code),
    ]
    start_response(f"{status} {REASONS.get(status, 'Error')}", headers)
    return [content]
