"""Rewrite tests/golden/messages*.txt: what a user reads when a call is refused, by language.

    python tools/messages.py

Run it after a change of words, and read the diff aloud before you commit it.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

import messages

if __name__ == "__main__":
    for language, path in messages.GOLDEN.items():
        path.write_text(messages.page(language), encoding="utf-8")
