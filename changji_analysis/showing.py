"""Where results find what draws them without importing it: `changji_analysis.figures` signs in."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from types import FunctionType
from typing import TypeVar

Drawer = TypeVar("Drawer", bound=FunctionType)
_drawers: dict[str, Callable] = {}


def draws(function: Drawer) -> Drawer:
    """Sign a function in under its name."""
    _drawers[function.__name__] = function
    return function


def drawer(name: str) -> Callable:
    """The function signed in under a name; what signs in is loaded on first use."""
    if name not in _drawers:
        import_module("changji_analysis.figures")
    return _drawers[name]
