"""Reading configuration into frozen dataclasses, with one sentence for whatever is wrong.

A field is checked by the `check` in its metadata, a nested dataclass by its own fields, and fields that
do not fit together by its method `contradiction`; a key that no field has is refused. The sentence
names the key's path, the value given, and what is allowed.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, field, fields, is_dataclass, replace
from operator import attrgetter
from typing import Any, Protocol, TypeVar, get_type_hints, runtime_checkable

T = TypeVar("T")
Check = Callable[[Any], str | None]
SHOWN = 120
MAX_TAGS = 450


class ConfigurationError(Exception):
    """A value of the configuration cannot be used; the text is one sentence for a person."""


@runtime_checkable
class Contradictory(Protocol):
    """A dataclass whose fields may each be right, and wrong together."""

    def contradiction(self) -> tuple[str, str] | None:
        """A field, by its path from here, and what it must be beside the others; None if all is well."""
        ...


def setting(meaning: str, check: Check | None = None, **default: Any) -> Any:
    """A field with what it means (for the documentation's table) and how a value is checked.

    A check returns what is allowed, in words, when a value is not.
    """
    return field(metadata={"meaning": meaning, "check": check}, **default)


def read(kind: type[T], given: Any, path: str, base: T | None = None) -> T:
    """An instance of `kind` made of `given`; what is not given is `base`'s, or the field's default.
    Raises ConfigurationError."""
    if not isinstance(given, Mapping):
        raise ConfigurationError(f"{path} is {shown(given)}; it must be an object with keys")
    known = {entry.name: entry for entry in fields(kind)}  # type: ignore[arg-type]
    for key in given:
        if key not in known:
            raise ConfigurationError(_unknown(path, str(key), list(known)))
    kinds = get_type_hints(kind)
    values = {
        name: _value(kinds[name], entry, given[name], f"{path}.{name}", base)
        for name, entry in known.items()
        if name in given
    }
    for name, entry in known.items():
        if name not in given and entry.default is MISSING and entry.default_factory is MISSING:
            raise ConfigurationError(f"{path}.{name} is missing: {entry.metadata['meaning']}")
    made = kind(**values) if base is None else replace(base, **values)  # type: ignore[type-var]
    if isinstance(made, Contradictory) and (wrong := made.contradiction()):
        name, allowed = wrong
        raise ConfigurationError(
            f"{path}.{name} is {shown(attrgetter(name)(made))}; it must be {allowed}"
        )
    return made


def _value(kind: Any, entry: Field[Any], given: Any, path: str, parent: Any) -> Any:
    if is_dataclass(kind) and isinstance(kind, type):
        # A default may be another than its kind's: prod moves its traffic more slowly than staging.
        if parent is not None:
            return read(kind, given, path, getattr(parent, entry.name))
        factory = entry.default_factory
        return read(kind, given, path, None if factory is MISSING else factory())
    check: Check | None = entry.metadata.get("check")
    allowed = check(given) if check else None
    if allowed:
        raise ConfigurationError(f"{path} is {shown(given)}; it must be {allowed}")
    return given


def _unknown(path: str, key: str, known: list[str]) -> str:
    near = difflib.get_close_matches(key, known, n=1)
    guess = f" (did you mean {near[0]}?)" if near else ""
    name = key if key.isidentifier() else shown(key)
    return f"{path}.{name} is not a setting{guess}; known: {', '.join(known)}"


def shown(value: Any) -> str:
    """A value as cdk.json writes it, on one line; a long one is cut."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= SHOWN else text[:SHOWN] + "…"


def text(pattern: str, words: str) -> Check:
    """A string that matches a whole pattern."""

    def check(value: Any) -> str | None:
        return None if isinstance(value, str) and re.fullmatch(pattern, value) else words

    return check


def number(minimum: float, maximum: float, *, whole: bool = False) -> Check:
    """A number in a closed range."""
    kind = "a whole number" if whole else "a number"
    words = f"{kind} from {minimum:,} to {maximum:,}"

    def check(value: Any) -> str | None:
        right = isinstance(value, int) if whole else isinstance(value, int | float)
        return (
            None if right and not isinstance(value, bool) and minimum <= value <= maximum else words
        )

    return check


def one_of(*allowed: Any) -> Check:
    """One of a few values, of the same type: JSON's `true` is no 1."""
    words = f"one of {', '.join(shown(value) for value in allowed)}"

    def check(value: Any) -> str | None:
        known = any(type(value) is type(each) and value == each for each in allowed)
        return None if known else words

    return check


def optional(check: Check) -> Check:
    """null, or what another check allows."""

    def checked(value: Any) -> str | None:
        allowed = None if value is None else check(value)
        return f"null or {allowed}" if allowed else None

    return checked


def or_word(word: str, check: Check) -> Check:
    """A word, or what another check allows. Unlike null, which the CDK drops from what is inside a
    context key's object, it can stand where a field's default is something else."""

    def checked(value: Any) -> str | None:
        allowed = None if value == word else check(value)
        return f"{shown(word)} or {allowed}" if allowed else None

    return checked


def list_of(check: Check, most: int, words: str) -> Check:
    """A list of different values, each of which another check allows; it may be empty."""

    def checked(value: Any) -> str | None:
        right = (
            isinstance(value, list)
            and len(value) <= most
            and all(check(each) is None for each in value)
            and len(set(value)) == len(value)
        )
        return None if right else f"a list of at most {most} different {words}"

    return checked


def texts(most: int, longest: int) -> Check:
    """An object of strings by string, such as environment variables, short enough in JSON to travel in
    a manifest's settings (docs/manifest.schema.json)."""
    words = (
        f"an object of at most {most} strings by name (letters, digits and _), written in at most"
        f" {longest} characters of JSON"
    )

    def check(value: Any) -> str | None:
        right = (
            isinstance(value, dict)
            and len(value) <= most
            and all(
                re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name) and isinstance(entry, str)
                for name, entry in value.items()
            )
            and len(json.dumps(value, separators=(",", ":"))) <= longest
        )
        return None if right else words

    return check


def tags(value: Any) -> str | None:
    """An object of strings by string, such as every AWS service takes as tags.

    https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html
    All together are short, because they travel in a stage's settings, in a parameter of Systems Manager's
    that holds 4,096 characters (infra/constructs/request_deployment.py).
    """
    words = (
        "an object of at most 20 tags, not `project` nor beginning with `aws:`, of letters, digits, "
        "spaces and _.:/=+-@ (keys of 1 to 128 and values of up to 256 characters), "
        f"that is written in at most {MAX_TAGS} characters of JSON"
    )
    if not isinstance(value, dict) or len(value) > 20:
        return words
    fits = all(
        _tag_text(name, 128) and name and _tag_text(entry, 256) and not _reserved(name)
        for name, entry in value.items()
    )
    short = fits and len(json.dumps(value, separators=(",", ":"))) <= MAX_TAGS
    return None if short else words


def _tag_text(text: Any, longest: int) -> bool:
    return (
        isinstance(text, str)
        and len(text) <= longest
        and all(sign.isalnum() or sign in " _.:/=+-@" for sign in text)
    )


def _reserved(name: str) -> bool:
    return name.lower().startswith("aws:") or name == "project"
