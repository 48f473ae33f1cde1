"""The Hugging Face Hub: push a model with its card, pull it again."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from badak.errors import BadakError, needs

# "user/name", as the Hub allows it.
REPOSITORY = re.compile(r"[\w.-]{1,96}/[\w.-]{1,96}", re.ASCII)


def push(repository: str, files: Mapping[str, bytes], private: bool = False) -> str:
    """Put files into a repository on the Hub, all in one commit; make the repository if needed.

    Who pushes is known by ``hf auth login`` or HF_TOKEN; HF_ENDPOINT names another hub.

    Args:
        repository: "user/name".
        files: name -> content; README.md is the card.
        private: whether a new repository is seen by its owner alone.

    Returns:
        The address of the commit.

    Raises:
        MissingExtra: huggingface_hub is not installed.
        BadakError: no such name, or the hub refused or could not be reached.
    """
    _check(repository)
    with needs("The Hub needs huggingface_hub", extra="hub"):
        from huggingface_hub import CommitOperationAdd, HfApi
    api = HfApi(library_name="badak")
    try:
        api.create_repo(repository, private=private, exist_ok=True)
        commit = api.create_commit(
            repository,
            [CommitOperationAdd(name, content) for name, content in files.items()],
            commit_message="Push a model of badak",
        )
    except Exception as fault:
        raise _refused("pushed to", repository, fault) from None
    return str(commit.commit_url)


def pull(
    repository: str,
    names: Sequence[str],
    optional: Sequence[str] = (),
    revision: str | None = None,
) -> dict[str, Path]:
    """Bring files of a repository on the Hub into the library's cache.

    What comes is data of strangers: read it by badak's own readers alone, which trust nothing.

    Args:
        repository: "user/name".
        names: of the files.
        optional: of files that may be missing.
        revision: a branch, tag or commit; the newest on the main branch if None.

    Returns:
        name -> path.

    Raises:
        MissingExtra: huggingface_hub is not installed.
        BadakError: no such repository or file, or the hub could not be reached.
    """
    _check(repository)
    with needs("The Hub needs huggingface_hub", extra="hub"):
        from huggingface_hub import hf_hub_download
        from huggingface_hub.errors import EntryNotFoundError
    found = {}
    for name in (*names, *optional):
        try:
            path = hf_hub_download(repository, name, revision=revision, library_name="badak")
        except Exception as fault:
            if name in optional and isinstance(fault, EntryNotFoundError):
                continue
            raise _refused("pulled from", repository, fault) from None
        found[name] = Path(path)
    return found


def _check(repository: str) -> None:
    if not REPOSITORY.fullmatch(repository):
        raise BadakError(f"a repository on the Hub is named USER/NAME; got {repository!r}")


def _refused(what: str, repository: str, fault: Exception) -> BadakError:
    words = " ".join(str(fault).split()) or type(fault).__name__
    return BadakError(f"nothing was {what} {repository}: {words[:300]}")
