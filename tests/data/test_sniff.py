"""What a file looks like, in words."""

import pytest

from badak.data.sniff import describe


@pytest.mark.parametrize(
    ("head", "words"),
    [
        (b"", "an empty file"),
        (b"version https://git-lfs.github.com/spec/v1\n", "Git-LFS pointer"),
        (b"\n\n  <HTML>", "HTML"),
        (b"\xef\xbb\xbf<!doctype html>", "HTML"),
        (b"\x1f\x8b\x08", "gzip data"),
        (b"PK\x03\x04", ".npz archive"),
        (b"\x93NUMPY\x01", "a NumPy .npy array"),
        (b"\x89PNG\r\n", "a PNG image"),
        (b"\xff\xd8\xff\xe0", "a JPEG image"),
        (b"%PDF-1.7", "a PDF document"),
        (b"\x00\x00\x00\x18ftypheic\x00", "HEIC needs the package pillow-heif"),
        (b"\x80\x04", "a Python pickle"),
        (b'{"a": 1}', "JSON"),
        (b"\x00\x01\x02\x03\x04", "bytes 00 01 02 03"),
        (b"  ", "bytes 20 20"),
    ],
)
def test_describes(head, words):
    assert words in describe(head)
