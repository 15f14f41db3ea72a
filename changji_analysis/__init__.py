"""Will the city reach its science and technology targets? Figures, forecasts and verdicts.

Names are loaded on first use, so that importing the package costs little more than pandas;
``__init__.pyi`` says where each lives.
"""

import sys

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)

if "IPython" in sys.modules and (_shell := sys.modules["IPython"].get_ipython()):  # a notebook
    from .tables.notebook import register

    register(_shell)
