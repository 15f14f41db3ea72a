"""Reading the data files: every cell parsed and checked, every fault named, fixes applied."""

from .folder import REFERENCES, TABLES, Folder, as_date, stamp
from .reading import near_matches

__all__ = ["REFERENCES", "TABLES", "Folder", "as_date", "near_matches", "stamp"]
