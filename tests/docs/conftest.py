"""The sites, each built once; both languages share the results of equal notebooks."""

import pytest

from built_site import build


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """Return a function that builds a language at its first call, and gives its folder."""
    folder, faults = tmp_path_factory.mktemp("site"), {}

    def built(language):
        if language not in faults:
            faults[language] = build(language, folder)
        assert faults[language] == ""
        return folder / language

    return built
