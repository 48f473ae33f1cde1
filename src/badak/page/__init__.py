"""The page's modules, shared by `badak serve`, the exported page and the notebook."""

from badak.page.bundle import bundle
from badak.page.packet import pack, unpack

__all__ = ["bundle", "pack", "unpack"]
