def softmax(a):
    from math import exp

    m = max(a.flat)
    return [exp(v - m) for v in a.flat]
