"""What the checker says in English.

SENTENCES: the kind of a finding -> what was seen. FAULTS: a fault -> the question that leads to it
(the first hint), and its name (the second). COMMENTS: none, for the third hint is in English.
PHRASES: everything else.
"""

from badak.lessons.check.words.en import code, layers, windows
from badak.lessons.check.words.en.sentences import PHRASES, SENTENCES

COMMENTS: dict[str, str] = {}
FAULTS = {**windows.FAULTS, **layers.FAULTS, **code.FAULTS}

__all__ = ["COMMENTS", "FAULTS", "PHRASES", "SENTENCES"]
