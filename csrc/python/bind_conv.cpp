// bind_conv.cpp -- convolution: arrays in, nothing out but what is written.
#include "python/bindings.h"

namespace badak {

namespace {

using Bytes = OutOf<uint8_t>;
using BytesIn = InOf<uint8_t>;

// The sizes, from arrays that Python has checked; places (oh, ow) come with the window.
Convolution convolution(const int64_t* x_shape, const int64_t* weight_shape,
                        const std::vector<int64_t>& window, int64_t groups) {
  const int64_t n = x_shape[0], c = x_shape[1], h = x_shape[2], w = x_shape[3];
  return {.maps = {n, c, h, w, window[8], window[9]},
          .window = {window[0], window[1], window[2], window[3], window[4], window[5], window[6],
                     window[7]},
          .f = weight_shape[0],
          .groups = groups};
}

template <class Array>
std::vector<int64_t> shape_of(const Array& array) {
  std::vector<int64_t> shape;
  for (size_t axis = 0; axis < array.ndim(); axis++)
    shape.push_back(static_cast<int64_t>(array.shape(axis)));
  return shape;
}

}  // namespace

void bind_conv(nb::module_& m) {
  // window: kh, kw, stride h, w, padding top, left, dilation h, w, places h, w.
  m.def(
      "conv2d",
      [](In x, In weight, std::optional<In> bias, std::vector<int64_t> window, int64_t groups,
         bool relu, bool pool, Out y, std::optional<Bytes> winners) {
        const Convolution conv =
            convolution(shape_of(x).data(), shape_of(weight).data(), window, groups);
        const Epilogue epilogue{relu, pool};
        submit([=] {
          kernels->conv2d(conv, epilogue, x.data(), weight.data(), pointer(bias), y.data(),
                          winners ? winners->data() : nullptr);
        });
      },
      nb::arg("x"), nb::arg("weight"), nb::arg("bias").none(), nb::arg("window"), nb::arg("groups"),
      nb::arg("relu"), nb::arg("pool"), nb::arg("y"), nb::arg("winners").none());
  m.def(
      "conv2d_grad_x",
      [](In grad_y, std::optional<In> y, std::optional<BytesIn> winners, In weight,
         std::vector<int64_t> window, int64_t groups, bool relu, bool pool, Out grad_x) {
        const Convolution conv =
            convolution(shape_of(grad_x).data(), shape_of(weight).data(), window, groups);
        const Epilogue epilogue{relu, pool};
        submit([=] {
          kernels->conv2d_grad_x(conv, epilogue, grad_y.data(), pointer(y),
                                 winners ? winners->data() : nullptr, weight.data(), grad_x.data());
        });
      },
      nb::arg("grad_y"), nb::arg("y").none(), nb::arg("winners").none(), nb::arg("weight"),
      nb::arg("window"), nb::arg("groups"), nb::arg("relu"), nb::arg("pool"), nb::arg("grad_x"));
  m.def(
      "conv2d_grad_weight",
      [](In grad_y, std::optional<In> y, std::optional<BytesIn> winners, In x,
         std::vector<int64_t> window, int64_t groups, bool relu, bool pool, Out grad_weight,
         std::optional<Out> grad_bias) {
        const Convolution conv =
            convolution(shape_of(x).data(), shape_of(grad_weight).data(), window, groups);
        const Epilogue epilogue{relu, pool};
        submit([=] {
          kernels->conv2d_grad_weight(conv, epilogue, grad_y.data(), pointer(y),
                                      winners ? winners->data() : nullptr, x.data(),
                                      grad_weight.data(), pointer(grad_bias));
        });
      },
      nb::arg("grad_y"), nb::arg("y").none(), nb::arg("winners").none(), nb::arg("x"),
      nb::arg("window"), nb::arg("groups"), nb::arg("relu"), nb::arg("pool"),
      nb::arg("grad_weight"), nb::arg("grad_bias").none());
}

}  // namespace badak
