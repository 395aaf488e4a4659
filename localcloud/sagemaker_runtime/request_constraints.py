"""What InvokeEndpoint's members may be: botocore's model, in SageMaker's words.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html. Written out,
and not read from the model at each request, because it is in the way of every invocation. Values of
members that the model calls sensitive are not shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

# Both of the request and of the answer.
BODY_BYTES = 6_291_456
# What listens in front refuses a request that is longer, before its members are looked at. Observed
# with the limit of its time, 5,242,880 bytes (https://github.com/aws/sagemaker-python-sdk/issues/171):
# 4096 bytes more than the body may have. That the sum grew with the limit is inferred.
CONTENT_BYTES = BODY_BYTES + 4096

_NAME = r"^[a-zA-Z0-9](-*[a-zA-Z0-9])*"
_IDENTIFIER = r"\A\S[\p{Print}]*\z"
_ASCII = r"\p{ASCII}*"
# Member: longest, pattern as the model has it, and whether its value is shown.
_HEADERS = {
    "Content-Type": ("contentType", 1024, _ASCII, True),
    "Accept": ("accept", 1024, _ASCII, True),
    "X-Amzn-SageMaker-Custom-Attributes": ("customAttributes", 1024, _ASCII, False),
    "X-Amzn-SageMaker-Target-Variant": ("targetVariant", 63, _NAME, True),
    "X-Amzn-SageMaker-Inference-Id": ("inferenceId", 64, _IDENTIFIER, True),
}
_FULL_NAME = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9])*")
# Java's \p{Print} is what ASCII can show, and \S is no white space.
_FULL_IDENTIFIER = re.compile(r"[\x21-\x7e][\x20-\x7e]*")


def violation(name: str, headers: Mapping[str, str], body: bytes) -> str | None:
    """What is wrong with a request, in one message; None if nothing is."""
    found = list(_violations(name, headers, body))
    if not found:
        return None
    noun = "error" if len(found) == 1 else "errors"
    return f"{len(found)} validation {noun} detected: {'; '.join(found)}"


def _violations(name: str, headers: Mapping[str, str], body: bytes) -> Iterator[str]:
    yield from _of_member("endpointName", name, 63, _NAME, is_shown=True)
    for header, (member, longest, pattern, is_shown) in _HEADERS.items():
        value = headers.get(header)
        if value:
            yield from _of_member(member, value, longest, pattern, is_shown)
    if len(body) > BODY_BYTES:
        constraint = f"have length less than or equal to {BODY_BYTES}"
        yield f"Value at 'body' failed to satisfy constraint: Member must {constraint}"


def _of_member(
    member: str, value: str, longest: int, pattern: str, is_shown: bool
) -> Iterator[str]:
    shown = f"Value '{value}'" if is_shown else "Value"
    where = f"{shown} at '{member}' failed to satisfy constraint: Member must"
    if len(value) > longest:
        yield f"{where} have length less than or equal to {longest}"
    if not _matches(pattern, value):
        yield f"{where} satisfy regular expression pattern: {pattern}"


def _matches(pattern: str, value: str) -> bool:
    if pattern == _ASCII:
        return value.isascii()
    expression = _FULL_NAME if pattern == _NAME else _FULL_IDENTIFIER
    return expression.fullmatch(value) is not None
