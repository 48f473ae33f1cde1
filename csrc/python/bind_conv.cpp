// bind_conv.cpp -- convolution: arrays in; results are written to arrays, nothing is returned.
#include "python/bindings.h"
#include "python/windows.h"

namespace badak {

namespace {

using Bytes = OutOf<uint8_t>;
using BytesIn = InOf<uint8_t>;

// The sizes, from arrays that Python has checked; places (oh, ow) come with the window.
template <class Images, class Filters>
Convolution convolution(const Images& x, const Filters& weight, const PlacedWindow& window,
                        int64_t groups) {
  const auto size = [&](size_t axis) { return static_cast<int64_t>(x.shape(axis)); };
  return {.maps = {size(0), size(1), size(2), size(3), window[8], window[9]},
          .window = window_of(window),
          .f = static_cast<int64_t>(weight.shape(0)),
          .groups = groups};
}

}  // namespace

void bind_conv(nb::module_& m) {
  m.def(
      "conv2d",
      [](In x, In weight, std::optional<In> bias, const PlacedWindow& window, int64_t groups,
         bool relu, bool pool, Out y, std::optional<Bytes> winners) {
        const Convolution conv = convolution(x, weight, window, groups);
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
         const PlacedWindow& window, int64_t groups, bool relu, bool pool, Out grad_x) {
        const Convolution conv = convolution(grad_x, weight, window, groups);
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
         const PlacedWindow& window, int64_t groups, bool relu, bool pool, Out grad_weight,
         std::optional<Out> grad_bias) {
        const Convolution conv = convolution(x, grad_weight, window, groups);
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
