"""What a notebook shows of an object: tables, curves and a progress bar, as HTML.

It takes the notebook's own colours, light or dark, and is small whatever the object's size.
"""

from badak.notebook.bar import Bar, in_notebook
from badak.notebook.chart import Line, chart
from badak.notebook.table import Html, escaped, table

__all__ = ["Bar", "Html", "Line", "chart", "escaped", "in_notebook", "table"]
