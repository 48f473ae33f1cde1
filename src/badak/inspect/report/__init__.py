"""The report: everything there is to see in a trained network, on one page.

Each group's file holds its sections: titles, sentences and the functions that draw them.
`write.py` lists them in order, `page.py` and `page.html` lay them out.
"""

from badak.inspect.report.data import data_report
from badak.inspect.report.section import Section
from badak.inspect.report.trained import Trained
from badak.inspect.report.write import SECTIONS, report

__all__ = ["SECTIONS", "Section", "Trained", "data_report", "report"]
