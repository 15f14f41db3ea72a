"""Forms for the offices that hold the figures (部门填报表): they go out, and come back.

``content`` says what an office is asked for; ``making`` and ``workbook`` write it; ``returned``
reads what came back by the form's own cell names, ``collecting`` holds it against the data
folder and adds it.
"""

from .collecting import Collection as Collection
from .collecting import collect as collect
from .collecting import write as write
from .making import make_forms as make_forms
