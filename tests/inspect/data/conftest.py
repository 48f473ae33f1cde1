"""A messy folder, made and surveyed once."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from messy import messy_folder

from badak.inspect import survey


@pytest.fixture(scope="session")
def messy(tmp_path_factory):
    root = tmp_path_factory.mktemp("messy") / "photos"
    messy_folder(root)
    return root


@pytest.fixture(scope="session")
def seen(messy):
    return survey(messy)
