// activation.cpp -- the activations of elementwise/ on pixels, row by row.
// Method: elementwise/'s kernels, a row at a time, or a pixel if its channels are a slice.
// Only what lies inside is computed: of a frame, sigmoid would make one half.
#include "elementwise/elementwise.h"
#include "pixels/maps.h"
#include "pixels/rows.h"

namespace badak::BADAK_ISA {

namespace {

// body(how many numbers, the maps there...) for rows, or pixels of slices of channels, in parallel.
template <class Body, class... Maps>
inline void each_run(const Body& body, const Pixels& y, const Maps&... maps) {
  const Walk walk(y, maps...);
  const int64_t runs = walk.joined ? 1 : y.w, length = walk.joined ? walk.numbers() : y.c;
  in_row_groups(walk, [&](int64_t first, int64_t end) {
    Place place(y, first);
    for (int64_t row = first; row < end; row++, place.next(y))
      for (int64_t run = 0; run < runs; run++)
        body(length, y.pixel(place.image, place.row, run),
             maps.pixel(place.image, place.row, run)...);
  });
}

}  // namespace

void pixels_activation(const ActivationOf& activation, const Pixels& x, const Pixels& y) {
  const float first = activation.first, second = activation.second;
  each_run(
      [=, kind = activation.kind](int64_t count, float* y, const float* x) {
        switch (kind) {
          case Activation::relu:
            return relu(x, y, count);
          case Activation::leaky_relu:
            return leaky_relu(x, y, count, first);
          case Activation::hardtanh:
            return hardtanh(x, y, count, first, second);
          case Activation::hardsigmoid:
            return hardsigmoid(x, y, count);
          case Activation::sigmoid:
            return sigmoid(x, y, count);
          case Activation::tanh:
            return tanh(x, y, count);
          case Activation::softplus:
            return softplus(x, y, count, first, second);
          case Activation::elu:
            return elu(x, y, count, first);
          case Activation::selu:
            return selu(x, y, count);
          case Activation::silu:
            return silu(x, y, count);
          case Activation::hardswish:
            return hardswish(x, y, count);
          case Activation::mish:
            return mish(x, y, count);
          case Activation::gelu:
            return gelu(x, y, count, first != 0);
        }
      },
      y, x);
}

void pixels_activation_backward(const ActivationOf& activation, const Pixels& grad,
                                const Pixels& saved, const Pixels& grad_x) {
  const float first = activation.first, second = activation.second;
  each_run(
      [=, kind = activation.kind](int64_t count, float* to, const float* grad, const float* x) {
        switch (kind) {
          case Activation::relu:
            return relu_backward(grad, x, to, count);
          case Activation::leaky_relu:
            return leaky_relu_backward(grad, x, to, count, first);
          case Activation::hardtanh:
            return hardtanh_backward(grad, x, to, count, first, second);
          case Activation::hardsigmoid:
            return hardsigmoid_backward(grad, x, to, count);
          case Activation::sigmoid:
            return sigmoid_backward(grad, x, to, count);
          case Activation::tanh:
            return tanh_backward(grad, x, to, count);
          case Activation::softplus:
            return softplus_backward(grad, x, to, count, first, second);
          case Activation::elu:
            return elu_backward(grad, x, to, count, first);
          case Activation::selu:
            return selu_backward(grad, x, to, count);
          case Activation::silu:
            return silu_backward(grad, x, to, count);
          case Activation::hardswish:
            return hardswish_backward(grad, x, to, count);
          case Activation::mish:
            return mish_backward(grad, x, to, count);
          case Activation::gelu:
            return gelu_backward(grad, x, to, count, first != 0);
        }
      },
      grad_x, grad, saved);
}

}  // namespace badak::BADAK_ISA
