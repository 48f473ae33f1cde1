"""The book's ch05/layer_naive.py."""

from badak.book.naive import AddLayer, MulLayer
