"""What goes wrong before or outside an operation, answered in AWS's form.

moto's dispatcher lets exceptions through and answers an address that it does not know with a page of
HTML, from both of which an SDK can read nothing. A request that cannot even be read (its text is not
UTF-8, its form is none, its region does not exist) is the client's mistake and answered so; anything
else is a defect of the local cloud, says so, and is logged.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Iterable
from typing import Any
from xml.parsers.expat import ExpatError

from moto import backends
from moto.core import parse

from localcloud.http_errors import CREDENTIAL_SCOPE, refuse, service_of
from localcloud.safe_paths import UnsafePath

logger = logging.getLogger(__name__)

StartResponse = Callable[..., Any]
Wsgi = Callable[[dict[str, Any], StartResponse], Iterable[bytes]]
HTML = "text/html"
# Requests to S3 of which moto makes an exception, by its argument, and what S3 answers to them:
# https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html#ErrorCodeList
MALFORMED = {
    "xml": (400, "MalformedXML", "The XML you provided was not well-formed."),
    # Of `Range` or `x-amz-copy-source`.
    "not enough values to unpack": (
        400,
        "InvalidArgument",
        "A header of the request cannot be read.",
    ),
    "key": (
        400,
        "MalformedPOSTRequest",
        "The body of your POST request is not well-formed multipart/form-data.",
    ),
    "DEFAULT": (
        405,
        "MethodNotAllowed",
        "The specified method is not allowed against this resource.",
    ),
    "HTTP_X_AMZ_DECODED_CONTENT_LENGTH": (
        411,
        "MissingContentLength",
        "You must provide the Content-Length HTTP header.",
    ),
}
OTHER_SCHEMES = ("AWS", "Basic", "Bearer")
# What AWS's services answer for an address or a method that is none of theirs (codes observed).
CODES = {404: "UnknownOperationException", 405: "MethodNotAllowed"}


class Faults:
    """Wraps moto's dispatcher."""

    def __init__(self, application: Wsgi) -> None:
        self._application = application

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        objection = _unreadable(environ)
        if objection is not None:
            return refuse(environ, start_response, 400, *objection)
        begun: list[tuple[str, list[tuple[str, str]]]] = []

        def begin(status: str, headers: list[tuple[str, str]], *_: Any) -> None:
            begun[:] = [(status, headers)]

        try:
            answer = self._application(environ, begin)
            status, headers = begun[0]
        except Exception as error:  # noqa: BLE001 (what escapes moto's dispatcher is answered)
            return _of_exception(environ, start_response, error)
        kind = next((value for name, value in headers if name.lower() == "content-type"), "")
        number = int(status.split()[0])
        # Objects of S3 may be HTML too, but not as an error.
        if number >= 400 and kind.startswith(HTML):
            if hasattr(answer, "close"):
                answer.close()
            code = CODES.get(number, "InternalFailure" if number >= 500 else "InvalidRequest")
            message = f"nothing here answers {_where(environ)}"
            return refuse(environ, start_response, number, code, message)
        start_response(status, headers)
        return answer


def _unreadable(environ: dict[str, Any]) -> tuple[str, str] | None:
    """The code and text for headers of which moto's dispatcher makes an exception."""
    signed = environ.get("HTTP_AUTHORIZATION")
    if signed is not None and not CREDENTIAL_SCOPE.search(signed):
        scheme, _, rest = signed.partition(" ")
        if scheme not in OTHER_SCHEMES or not rest.strip():
            return "IncompleteSignature", "the Authorization header has no Credential"
    target = environ.get("HTTP_X_AMZ_TARGET")
    if target is not None and "." not in target:
        return "UnknownOperationException", f"no operation is called {target[:300]!r}"
    return None


def _of_exception(
    environ: dict[str, Any], start_response: StartResponse, error: Exception
) -> Iterable[bytes]:
    if isinstance(error, NotImplementedError):
        message = f"unsupported by the local cloud: {_where(environ)}; {error}"
        return refuse(environ, start_response, 501, "NotImplemented", message)
    said = "xml" if isinstance(error, ExpatError) else str(error.args[0] if error.args else "")
    known = MALFORMED.get(said.partition(" (")[0])
    if known is not None and _comes_from(error, "/moto/s3/"):
        return refuse(environ, start_response, *known)
    if _comes_from(error, backends.__file__):
        message = f"no service is called {service_of(environ)!r}"
        return refuse(environ, start_response, 404, "UnknownOperationException", message)
    if isinstance(error, UnicodeError | UnsafePath) or _comes_from(error, parse.__file__):
        return refuse(environ, start_response, 400, "SerializationException", str(error))
    logger.error("%s failed", _where(environ), exc_info=error)
    message = f"the local cloud failed at {_where(environ)}: {error!r}"
    return refuse(environ, start_response, 500, "InternalFailure", message)


def _comes_from(error: Exception, path: str) -> bool:
    """Whether code below a path took part in an exception."""
    frames = traceback.extract_tb(error.__traceback__)
    return any(path in frame.filename for frame in frames)


def _where(environ: dict[str, Any]) -> str:
    return f"{environ['REQUEST_METHOD']} {environ.get('PATH_INFO')}"[:300]
