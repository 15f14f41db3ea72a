"""Temporary: names that the figures still import; they read `proof.table` next."""

from .claims import FITTED as FITTED
from .claims import OWN as OWN

COMBINED = ("combination",)
