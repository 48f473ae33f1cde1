"""The offline kit: all that a class needs for the course on a memory stick.

It is made in a clone of badak (`badak course --offline FOLDER`): the chapters, the site and the
kit's own texts lie there, and are not installed.
"""

from badak.kit.clone import LANGUAGES, Chapter, Clone
from badak.kit.make import make, make_notebooks

__all__ = ["LANGUAGES", "Chapter", "Clone", "make", "make_notebooks"]
