"""The report: everything there is to see in a trained network, on one page.

`sections.py` lists what is shown, `figures.py` draws it, `page.py` and `page.html` lay it out.
"""

from badak.inspect.report.sections import SECTIONS, Section
from badak.inspect.report.trained import Trained
from badak.inspect.report.write import report

__all__ = ["SECTIONS", "Section", "Trained", "report"]
