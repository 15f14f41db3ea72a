"""The proof of the method: replays of the past, scored, and their committed tables."""

from .cases import RULES as RULES
