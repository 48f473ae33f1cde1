"""The book's modules under the book's names, for `sys.path`: each passes badak's names on.

`badak.book.script` puts this folder, and those of the chapters in it, on `sys.path`.
"""
