"""A layer that a user wrote: it is in no table of badak's."""

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
