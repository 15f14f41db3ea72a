"""Workbooks that nobody vouches for, as grids of cells with what Excel shows of them."""

from .cells import Cell, show_number, shown
from .reading import Grid, Workbook, address, read_content, read_workbook

__all__ = [
    "Cell", "Grid", "Workbook", "address", "read_content", "read_workbook", "show_number", "shown",
]  # fmt: skip
