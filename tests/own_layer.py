"""A layer that a user wrote: no table of badak's has it."""

from badak.layers import Layer


class Own(Layer):
    """The identity; tests derive theirs from it."""

    prefix = "own"

    def output_shape(self, input_shape):
        return input_shape

    def forward(self, x, training):
        return x, None

    def backward(self, grad_y, cache, need_grad_x=True):
        return grad_y, {}
