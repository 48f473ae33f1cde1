"""Small changes of the reader's code, as in mutation testing: which one makes it right?"""

from badak.lessons.check.edits.place import Edit
from badak.lessons.check.edits.search import variants

__all__ = ["Edit", "variants"]
