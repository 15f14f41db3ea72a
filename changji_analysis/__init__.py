"""Will the city reach its science and technology targets? Figures, forecasts and verdicts.

Names are loaded on first use, so that importing the package costs little more than pandas.
"""

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .assessment import Assessment, assess
    from .errors import ChangjiError, DataError, ForecastError, QuantityError, UsageError
    from .forecast import Forecast, forecast
    from .history import history, peers
    from .importing import import_figures
    from .panel import assess_panel, write_panel
    from .plan import Target, consistency, plan_target, plan_targets
    from .quality import problems
    from .quantities import Quantity, convert, parse_quantity
    from .records import (
        indicators,
        load_baseline,
        load_precedents,
        load_readings,
        load_reference,
        load_sources,
        load_statistics,
        load_targets,
    )
    from .scorecard import scorecard

_ROOMS = {
    "assessment": ("Assessment", "assess"),
    "errors": ("ChangjiError", "DataError", "ForecastError", "QuantityError", "UsageError"),
    "forecast": ("Forecast", "forecast"),
    "history": ("history", "peers"),
    "importing": ("import_figures",),
    "panel": ("assess_panel", "write_panel"),
    "plan": ("Target", "consistency", "plan_target", "plan_targets"),
    "quality": ("problems",),
    "quantities": ("Quantity", "convert", "parse_quantity"),
    "records": (
        "indicators",
        "load_baseline",
        "load_precedents",
        "load_readings",
        "load_reference",
        "load_sources",
        "load_statistics",
        "load_targets",
    ),
    "scorecard": ("scorecard",),
}
_HOME = {name: room for room, names in _ROOMS.items() for name in names}

__all__ = sorted(_HOME)


def __getattr__(name: str):
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f".{_HOME[name]}", __name__), name)
    globals()[name] = value
    return value


def __dir__():
    return sorted([*globals(), *_HOME])


class _Package(ModuleType):
    """Importing a module such as ``forecast`` must not hide the function of the same name."""

    def __setattr__(self, name, value):
        if not (name in _HOME and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package

if "IPython" in sys.modules and (_shell := sys.modules["IPython"].get_ipython()):  # a notebook
    from .display import register

    register(_shell)
