"""Identify a file by its first bytes, so that a message can name the mistake."""

KINDS = (
    (b"version https://git-lfs", "a Git-LFS pointer: fetch the real file with `git lfs pull`"),
    (b"<", "an HTML or XML page, such as an error page that a download saved"),
    (b"\x1f\x8b", "gzip data"),
    (b"PK\x03\x04", "a zip or .npz archive"),
    (b"\x93NUMPY", "a NumPy .npy array"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"%PDF", "a PDF document"),
    (b"\x80", "a Python pickle"),
    (b"{", "JSON"),
)


def describe(head: bytes) -> str:
    r"""Describe the kind of a file that begins with `head`, such as 64 bytes, for an error message.

    Example:
        >>> describe(b"<!DOCTYPE html>")
        'an HTML or XML page, such as an error page that a download saved'
        >>> describe(b"\x00\x01")
        'bytes 00 01'
    """
    if not head:
        return "an empty file"
    if head[4:8] == b"ftyp":
        return "a HEIC, AVIF or video file; HEIC needs the package pillow-heif"
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()  # a page may begin with a mark or blanks
    for magic, words in KINDS:
        if start.startswith(magic):
            return words
    return f"bytes {head[:4].hex(' ')}"
