"""The report: everything there is to see in a trained network, on one page.

A section's words stand beside the function that draws it, in the file of its group; `write.py`
gives their order, `page.py` and `page.html` lay them out.
"""

from badak.inspect.report.section import Section
from badak.inspect.report.trained import Trained
from badak.inspect.report.write import SECTIONS, report

__all__ = ["SECTIONS", "Section", "Trained", "report"]
