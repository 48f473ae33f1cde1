"""Whole messages, compared with tests/golden/messages*.txt; other tests pin names and values."""

import difflib
import re

import pytest

from messages import GOLDEN, MODULES, calls, page

REWRITE = "If these words are meant, run `python tools/messages.py`:"


@pytest.mark.parametrize("language", GOLDEN)
def test_every_message_reads_as_in_the_golden_file(language):
    golden = GOLDEN[language].read_text(encoding="utf-8").splitlines()
    changes = [*difflib.unified_diff(golden, page(language).splitlines(), "golden", "now", n=2)]
    assert not changes, "\n".join([REWRITE, *changes[:200]])


def test_the_golden_file_covers_the_library():
    golden = GOLDEN["en"].read_text(encoding="utf-8")
    assert "NOT REFUSED" not in golden
    assert len(set(re.split(r"\n\n\[.*\]\n", golden))) >= 500
    assert all(len(calls(module)) >= 8 for module in MODULES)
