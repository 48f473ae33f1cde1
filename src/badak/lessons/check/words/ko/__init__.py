"""What the checker says in Korean.

SENTENCES: the kind of a finding -> what was seen. FAULTS: a fault -> the question that leads to it
(the first hint), and its name (the second). COMMENTS: a remark in the third hint -> its
translation. PHRASES: everything else.
"""

from badak.lessons.check.words.ko import code, layers, windows
from badak.lessons.check.words.ko.comments import COMMENTS
from badak.lessons.check.words.ko.sentences import PHRASES, SENTENCES

FAULTS = {**windows.FAULTS, **layers.FAULTS, **code.FAULTS}

__all__ = ["COMMENTS", "FAULTS", "PHRASES", "SENTENCES"]
