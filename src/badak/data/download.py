"""Download a data set into the user's cache, from the first mirror that has it.

pooch downloads to a temporary file in the cache folder, compares the checksum and only then renames
it; so a bad or broken download leaves nothing, and two processes can download at the same time.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from badak.errors import BadakError

TIMEOUT = 10  # seconds to connect, and to wait for each piece
PIECE = 2**16
MAX_FILE = 2**30  # bytes, of a file whose size is not known


@dataclass(frozen=True)
class Source:
    """Where a data set can be downloaded.

    Attributes:
        mirrors: addresses with ``{file}`` for the file's name, tried in this order.
        files: each file's name, with its MD5 and its size in bytes.
    """

    mirrors: tuple[str, ...]
    files: dict[str, tuple[str, int]]


@dataclass(frozen=True)
class Page:
    """Where a data set can be downloaded, but only by hand.

    Attributes:
        advice: what to do.
        files: the names of the files that are needed.
    """

    advice: str
    files: tuple[str, ...]


def cache_folder(name: str) -> Path:
    """Return the folder in the user's cache where a data set's files are kept.

    Example:
        >>> cache_folder("mnist").parts[-2:]
        ('badak', 'mnist')
    """
    import pooch

    return Path(pooch.os_cache("badak")) / name


def fetch(name: str, source: Source) -> Path:
    """Download the files of a data set into the cache; correct files there are kept.

    Raises:
        BadakError: no mirror sent a file (the message names each and says why), or the cache
            cannot be written.
    """
    folder = cache_folder(name)
    for file, (md5, size) in source.files.items():
        faults = []
        for mirror in source.mirrors:
            url = mirror.format(file=file)
            fault = _try(url, folder, file, md5, size)
            if fault is None:
                break
            faults.append(f"{url} ({fault})")
        else:
            raise BadakError(f"{file} could not be downloaded; tried {', '.join(faults)}")
    return folder


def _try(url: str, folder: Path, file: str, md5: str, size: int) -> str | None:
    """Download one file from one address; return the reason if that fails."""
    import pooch

    def download(url: str, output_file: str, _: object) -> None:
        have = _stream(url, Path(output_file), size)
        if have < size:
            raise BadakError(f"cut short: {have} of {size} bytes arrived")

    return _fault(
        lambda: pooch.retrieve(url, f"md5:{md5}", file, folder, downloader=download), folder
    )


def fetch_file(url: str, path: Path, sha256: str) -> None:
    """Download a file whose SHA-256 begins with these digits.

    Raises:
        BadakError: nothing came, or something else; nothing is kept then.
    """
    import pooch

    def download(url: str, output_file: str, _: object) -> None:
        _stream(url, Path(output_file), MAX_FILE)
        with Path(output_file).open("rb") as file:
            if not hashlib.file_digest(file, "sha256").hexdigest().startswith(sha256):
                raise BadakError("wrong checksum, discarded")

    pooch.get_logger().setLevel("WARNING")  # it would write out the checksum
    fault = _fault(
        lambda: pooch.retrieve(url, None, path.name, path.parent, downloader=download), path.parent
    )
    if fault is not None:
        raise BadakError(
            f"{path.name} could not be downloaded from {url} ({fault}): without internet access, "
            "get it elsewhere, and name the file"
        )


def _fault(retrieve: Callable[[], object], folder: Path) -> str | None:
    """Retrieve a file; return the reason if that fails."""
    from requests import exceptions

    try:
        retrieve()
    except exceptions.HTTPError as fault:
        return f"HTTP {getattr(fault.response, 'status_code', 'error')}"
    except exceptions.Timeout:
        return f"no answer within {TIMEOUT} s"
    except exceptions.ConnectionError:
        return "no connection"
    except exceptions.RequestException as fault:
        return type(fault).__name__
    except BadakError as fault:
        return str(fault)
    except OSError as fault:  # requests' own errors, which are OSErrors, are handled above
        raise BadakError(
            f"the cache folder {folder} cannot be used: {fault.strerror or fault}; set "
            "XDG_CACHE_HOME to a folder that can be written, or name the data by data_dir=FOLDER"
        ) from None
    except ValueError:  # pooch: the checksum differs
        return "wrong checksum, discarded"
    return None


def _stream(url: str, path: Path, size: int) -> int:
    """Write an address's reply to a file, but no more than this size; return what it has."""
    import requests

    # Unencoded: requests would unpack a .gz file that the server declares as an encoding.
    headers = {"Accept-Encoding": "identity", "User-Agent": "badak"}
    with requests.get(url, stream=True, timeout=TIMEOUT, headers=headers) as reply:
        reply.raise_for_status()
        if urlsplit(url).scheme == "https" and urlsplit(reply.url).scheme != "https":
            raise BadakError(f"redirected to {reply.url}, which is not https")
        have = 0
        with path.open("wb") as file:
            try:
                for piece in reply.iter_content(PIECE):
                    have += len(piece)
                    if have > size:
                        raise BadakError(f"sent more than the {size} bytes of the file")
                    file.write(piece)
            except requests.RequestException:
                all_ = "" if size == MAX_FILE else f"{size} "
                raise BadakError(f"stopped before all {all_}bytes arrived") from None
    return have
