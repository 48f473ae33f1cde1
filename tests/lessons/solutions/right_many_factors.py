class AddLayer:
    """덧셈 노드"""
    def __init__(self): pass
    def forward(self, a, b): return a + b
    def backward(self, d): return d * 1, d * 1

class MulLayer:
    def forward(self, *factors):
        self.factors = factors
        return factors[0] * factors[1]
    def backward(self, d):
        return tuple(d * f for f in self.factors[::-1])
