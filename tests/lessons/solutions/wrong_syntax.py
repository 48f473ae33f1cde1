import numpy as np


def im2col(x, fh, fw, stride=1, pad=0)
    return x
