"""Requests to the local cloud that no SDK would send: of the services' models, and of nothing.

A request of a model is mostly right, so that it gets past the first check: one member in some is of
another type, missing, empty, huge, or a name that leads elsewhere.
"""

from __future__ import annotations

import http.client
import json
from dataclasses import dataclass, field
from functools import cache
from random import Random
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import botocore.session
from botocore.model import OperationModel, ServiceModel, Shape

from tests.unit.localcloud.safety.fuzz_words import METHODS, NASTY, THINGS, WRONG
from tools import coverage

ACCOUNT = "123456789012"
REGION = "us-east-1"
SERVICES = (
    "cloudformation",
    "codebuild",
    "codecommit",
    "codepipeline",
    "events",
    "iam",
    "lambda",
    "sagemaker",
    "sagemaker-runtime",
)
# Of IAM, whose other operations are moto's.
ONLY = {"iam": ("SimulatePrincipalPolicy", "SimulateCustomPolicy")}


@dataclass
class Request:
    """One HTTP request, as it is sent."""

    method: str
    path: str
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    service: str = ""
    operation: str = ""


@dataclass
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes


def send(endpoint: str, request: Request, seconds: float) -> Answer:
    """Send a request and read its answer; TimeoutError or OSError without one."""
    address = urlsplit(endpoint)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=seconds)
    try:
        # Not checked on its way out, as a client would do.
        connection._validate_path = lambda url: None  # type: ignore[attr-defined]
        connection._validate_method = lambda method: None  # type: ignore[attr-defined]
        path = request.path.encode("latin-1", "replace").decode("latin-1")
        connection._encode_request = lambda text: text.encode("latin-1", "replace")  # type: ignore[attr-defined]
        connection.request(request.method, path, request.body, request.headers)
        answer = connection.getresponse()
        headers = {name.lower(): value for name, value in answer.getheaders()}
        return Answer(answer.status, headers, answer.read())
    finally:
        connection.close()


@cache
def model(service: str) -> ServiceModel:
    """botocore's model of a service."""
    return botocore.session.get_session().get_service_model(service)


@cache
def served(service: str) -> list[str]:
    """The operations of a service that are not refused by name."""
    found = coverage.of(service)
    return sorted({*found.ours, *found.moto})


def of_a_model(random: Random, service: str) -> Request:
    """A request for some operation of a service."""
    found = model(service)
    names = ONLY.get(service) or served(service)
    if service not in ONLY and random.random() < 0.1:
        names = found.operation_names
    operation = found.operation_model(random.choice(list(names)))
    members = _structure(random, operation.input_shape, 0) if operation.input_shape else {}
    protocols = found.metadata["protocols"]
    scope = found.metadata.get("signingName") or found.metadata["endpointPrefix"]
    headers = {
        "Authorization": "AWS4-HMAC-SHA256 Credential=testing/20260101/"
        f"{REGION}/{scope}/aws4_request, SignedHeaders=host, Signature=0"
    }
    request = Request("POST", "/", headers, b"", service, operation.name)
    if "json" in protocols:
        headers["Content-Type"] = f"application/x-amz-json-{found.metadata['jsonVersion']}"
        headers["X-Amz-Target"] = f"{found.metadata['targetPrefix']}.{operation.name}"
        request.body = _json(random, members)
    elif "rest-json" in protocols:
        _rest(random, request, operation, members)
    else:
        headers["Content-Type"] = "application/x-www-form-urlencoded; charset=utf-8"
        pairs = [("Action", operation.name), ("Version", found.metadata["apiVersion"])]
        request.body = urlencode([*pairs, *_flat("", members)], errors="surrogatepass").encode()
    return request


def of_nothing(random: Random) -> Request:
    """A request with nothing right in it but HTTP's own form."""
    pieces = ("v1", "repos", "thing", "2015-03-31", "functions", "endpoints", "invocations", "info")
    path = "/" + "/".join(
        quote(random.choice((*pieces, *NASTY)), safe=random.choice(("", "/%:\\")), errors="replace")
        for _ in range(random.randrange(5))
    )
    if random.random() < 0.3:
        path += "?" + random.choice(
            ("service=git-upload-pack", "x", "Action=Invoke", "&&=%", "list-type=2")
        )
    headers = {}
    names = ("Content-Type", "X-Amz-Target", "Authorization", "X-Amz-Date", "Content-Encoding",
             "Range", "x-amz-copy-source", "Accept", "User-Agent", "x-moto-account-id",
             "x-amz-content-sha256", "X-Amz-Security-Token", "Git-Protocol", "Expect")  # fmt: skip
    values = (
        "application/x-www-form-urlencoded", "application/json", "application/x-amz-json-1.1",
        "CodeBuild_20161006.ListProjects", "CodeCommit_20150413.", "a.b", "gzip", "bytes=5-1", "bytes=x",
        f"AWS4-HMAC-SHA256 Credential=a/20260101/{REGION}/{random.choice(SERVICES)}/aws4_request",
        "AWS4-HMAC-SHA256 Credential=a/20260101/../s3/aws4_request", "Basic eDp5", "AWS4", "../..",
        "/bucket/key", "version=2", "multipart/form-data; boundary=x", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
    )  # fmt: skip
    for _ in range(random.randrange(4)):
        headers[random.choice(names)] = random.choice(values)
    body = random.choice((b"", b"{}", b"[1", b"\xff\xfe\x00", b"Action=Invoke&Version=1", b"a=b&a", b"<x>",
                          b"0000", random.randbytes(random.randrange(400))))  # fmt: skip
    return Request(random.choice(METHODS), path, headers, body)


def _json(random: Random, members: Any) -> bytes:
    if random.random() < 0.02:
        return random.choice((b"", b"[]", b"{", b'"x"', b"\xff\xff", b"null", b"[" * 3000, b"NaN"))
    return json.dumps(members).encode()


def _rest(random: Random, request: Request, operation: OperationModel, members: Any) -> None:
    request.method = operation.http["method"]
    path, query, body = operation.http["requestUri"], [], {}
    members = members if isinstance(members, dict) else {}
    payload = operation.input_shape.serialization.get("payload") if operation.input_shape else None
    for name, shape in operation.input_shape.members.items() if operation.input_shape else ():
        value = members.get(name)
        where, given = shape.serialization.get("location"), shape.serialization.get("name", name)
        text = value if isinstance(value, str) else json.dumps(value)
        if where == "uri":
            filled = quote(text or "thing", safe="", errors="replace")
            path = path.replace(f"{{{given}}}", filled).replace(f"{{{given}+}}", filled)
        elif value is None:
            continue
        elif where == "querystring":
            query.append((given, text))
        elif where == "header":
            request.headers[given] = text.encode("ascii", "ignore").decode().replace("\n", "")[:500]
        elif name != payload:
            body[name] = value
    request.path = path + ("?" + urlencode(query, errors="replace") if query else "")
    if payload:
        request.body = random.choice((b"{}", b"", b"[1,2]", b"{", b"\xff", b'"x"'))
    elif request.method in ("POST", "PUT"):
        request.headers["Content-Type"] = "application/json"
        request.body = _json(random, body)


def _flat(path: str, value: Any) -> list[tuple[str, str]]:
    if isinstance(value, dict):
        pairs = [_flat(f"{path}.{name}" if path else name, item) for name, item in value.items()]
        return [pair for each in pairs for pair in each]
    if isinstance(value, list):
        listed = [_flat(f"{path}.member.{at}", item) for at, item in enumerate(value, start=1)]
        return [pair for each in listed for pair in each]
    return [(path, value if isinstance(value, str) else json.dumps(value))]


def _value(random: Random, shape: Shape, depth: int) -> Any:
    if random.random() < 0.04:
        return random.choice(WRONG)
    kind = shape.type_name
    if kind == "structure":
        return _structure(random, shape, depth + 1)
    if kind == "list":
        few = 0 if depth > 4 else random.choice((0, 1, 1, 2))
        return [_value(random, shape.member, depth + 1) for _ in range(few)]
    if kind == "map":
        few = 0 if depth > 4 else random.choice((0, 1, 1, 2))
        return {
            _text(random, shape.key): _value(random, shape.value, depth + 1) for _ in range(few)
        }
    if kind in ("integer", "long"):
        return random.choice((0, 1, 2, 5, 60, 100, -1, 2**31 - 1, shape.metadata.get("min", 1)))
    if kind in ("float", "double"):
        return random.choice((0, 0.5, 1, -1.5, 1e308))
    if kind == "boolean":
        return random.random() < 0.5
    if kind == "timestamp":
        return random.choice((0, 1_700_000_000, 1.5, "2024-01-01T00:00:00Z", "x"))
    if kind == "blob":
        return random.choice(("", "e30=", "UEsDBAo=", "x", "AAAA"))
    return _text(random, shape)


def _structure(random: Random, shape: Shape, depth: int) -> Any:
    members = {}
    for name, member in shape.members.items():
        needed = name in shape.required_members
        if random.random() < (0.97 if needed else (0.35 if depth < 3 else 0.1)):
            members[name] = _value(random, member, depth)
    return members


def _text(random: Random, shape: Shape) -> str:
    chance = random.random()
    if shape.metadata.get("enum") and chance < 0.85:
        return str(random.choice(shape.metadata["enum"]))
    if chance < 0.65:
        return random.choice(THINGS)
    return random.choice(NASTY)
