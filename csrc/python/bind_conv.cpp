// bind_conv.cpp -- convolution: arrays in; results are written to arrays, nothing is returned.
#include <nanobind/stl/tuple.h>

#include <tuple>

#include "python/bindings.h"
#include "python/windows.h"

namespace badak {

namespace {

using Bytes = OutOf<uint8_t>;
using BytesIn = InOf<uint8_t>;

// What Python says of a convolution beside its arrays: window, groups, and whether ReLU and pooling
// follow it.
using Options = std::tuple<PlacedWindow, int64_t, bool, bool>;

// The sizes, from arrays that Python has checked; places (oh, ow) come with the window.
template <class Images, class Filters>
Convolution convolution_of(const Images& x, const Filters& weight, const Options& options) {
  const auto size = [&](size_t axis) { return static_cast<int64_t>(x.shape(axis)); };
  const PlacedWindow& window = std::get<0>(options);
  return {.maps = {size(0), size(1), size(2), size(3), window[8], window[9]},
          .window = window_of(window),
          .f = static_cast<int64_t>(weight.shape(0)),
          .groups = std::get<1>(options)};
}

constexpr Direction DIRECTIONS[] = {Direction::forward, Direction::grad_x, Direction::grad_weight};

Epilogue epilogue_of(const Options& options) {
  return {.relu = std::get<2>(options), .pool = std::get<3>(options)};
}

}  // namespace

void bind_conv(nb::module_& m) {
  m.def(
      "conv2d_ways",
      [](const std::array<int64_t, 4>& shape, int64_t filters, const Options& options) {
        const PlacedWindow& window = std::get<0>(options);
        const Convolution conv{
            .maps = {shape[0], shape[1], shape[2], shape[3], window[8], window[9]},
            .window = window_of(window),
            .f = filters,
            .groups = std::get<1>(options)};
        std::array<const char*, 3> names;
        for (const Direction direction : DIRECTIONS)
          kernels->conv2d_way(conv, epilogue_of(options), direction,
                              &names[static_cast<int>(direction)]);
        return names;
      },
      nb::arg("shape"), nb::arg("filters"), nb::arg("options"),
      "The names of the ways that conv2d, conv2d_grad_x and conv2d_grad_weight take.");
  m.def(
      "conv2d",
      [](In x, In weight, std::optional<In> bias, const Options& options, Out y,
         std::optional<Bytes> winners) {
        const Convolution conv = convolution_of(x, weight, options);
        const Epilogue epilogue = epilogue_of(options);
        submit([=] {
          kernels->conv2d(conv, epilogue, x.data(), weight.data(), pointer(bias), y.data(),
                          winners ? winners->data() : nullptr);
        });
      },
      nb::arg("x"), nb::arg("weight"), nb::arg("bias").none(), nb::arg("options"), nb::arg("y"),
      nb::arg("winners").none());
  m.def(
      "conv2d_grad_x",
      [](In grad_y, std::optional<In> y, std::optional<BytesIn> winners, In weight,
         const Options& options, Out grad_x) {
        const Convolution conv = convolution_of(grad_x, weight, options);
        const Epilogue epilogue = epilogue_of(options);
        submit([=] {
          kernels->conv2d_grad_x(conv, epilogue, grad_y.data(), pointer(y),
                                 winners ? winners->data() : nullptr, weight.data(), grad_x.data());
        });
      },
      nb::arg("grad_y"), nb::arg("y").none(), nb::arg("winners").none(), nb::arg("weight"),
      nb::arg("options"), nb::arg("grad_x"));
  m.def(
      "conv2d_grad_weight",
      [](In grad_y, std::optional<In> y, std::optional<BytesIn> winners, In x,
         const Options& options, Out grad_weight, std::optional<Out> grad_bias) {
        const Convolution conv = convolution_of(x, grad_weight, options);
        const Epilogue epilogue = epilogue_of(options);
        submit([=] {
          kernels->conv2d_grad_weight(conv, epilogue, grad_y.data(), pointer(y),
                                      winners ? winners->data() : nullptr, x.data(),
                                      grad_weight.data(), pointer(grad_bias));
        });
      },
      nb::arg("grad_y"), nb::arg("y").none(), nb::arg("winners").none(), nb::arg("x"),
      nb::arg("options"), nb::arg("grad_weight"), nb::arg("grad_bias").none());
}

}  // namespace badak
