"""A network as plain steps over arrays, for C and for the page; as floats or as 8-bit integers."""
