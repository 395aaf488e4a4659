"""Loads a handler's modules as its deployed asset has them, without mixing them with another's.

An asset is one folder of `lambdas/` with the shared package beside it, and the handlers' folders hold
modules of the same names: so each asset's modules are imported with only its own folders in front of
the path, and taken out of `sys.modules` again.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

LAMBDAS = Path(__file__).resolve().parents[3] / "lambdas"
SHARED = LAMBDAS / "shared"
HANDLERS = sorted(folder.parent.name for folder in LAMBDAS.glob("*/lambda_function.py"))


class Asset:
    """The modules of one handler, imported once, with classes of their own."""

    def __init__(self, handler: str) -> None:
        self._folders = [str(LAMBDAS / handler), str(SHARED)]
        self._modules: dict[str, ModuleType] = {}

    def module(self, name: str) -> Any:
        """The module of this name in the asset."""
        if name not in self._modules:
            with self._in_place():
                importlib.import_module(name)
        return self._modules[name]

    @contextmanager
    def _in_place(self) -> Iterator[None]:
        sys.path[:0] = self._folders
        sys.modules.update(self._modules)
        try:
            yield
        finally:
            del sys.path[: len(self._folders)]
            for name, module in list(sys.modules.items()):
                if str(getattr(module, "__file__", None)).startswith(f"{LAMBDAS}/"):
                    self._modules[name] = sys.modules.pop(name)


@cache
def asset(handler: str) -> Asset:
    """The asset of a folder of `lambdas/`; `shared` is the shared package alone."""
    return Asset(handler)
