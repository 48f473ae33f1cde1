"""Which data sets need no download."""

from pathlib import Path

from badak.data.catalog import entry_of, folders
from badak.data.download import Source, cache_folder


def folder_here(name: str) -> Path | None:
    """Return the folder from which `load` would read a data set's files without a download.

    Example:
        >>> folder_here("emnist-letters") is None
        True
    """
    entry = entry_of(name)
    found = next(filter(entry.lies_in, folders(name, None)), None)
    if found or not isinstance(entry.source, Source):
        return found
    cache = cache_folder(name)
    return cache if all((cache / file).exists() for file in entry.source.files) else None


def is_here(name: str) -> bool:
    """Whether `load` needs no download for a data set of `DATASETS`.

    Example:
        >>> is_here("digits")
        True
    """
    return entry_of(name).source is None or folder_here(name) is not None
