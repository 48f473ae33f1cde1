// bind_pixels_conv.cpp -- convolution of maps whose channels lie innermost.
#include <nanobind/stl/optional.h>

#include <algorithm>
#include <limits>

#include "python/pixels.h"
#include "python/windows.h"
#include "threads/threads.h"

namespace badak {

Way wanted_way = Way::table;

namespace {

using Sizes = std::array<int64_t, 4>;  // filters, channels, rows and columns of x
using Limits = std::array<float, 2>;
// A gradient, what was made within the limits, and these.
using MaskedIn = std::tuple<PixelsIn, PixelsIn, Limits>;
// Of weight and bias.
using ParametersOut = std::tuple<Out, std::optional<Out>>;

// The convolution of x with y's places; pooled: y has a quarter of them, so they are counted anew.
Convolution convolution_of(int64_t n, const Sizes& sizes, const PlacedWindow& window,
                           int64_t groups) {
  return {.maps = {n, sizes[1], sizes[2], sizes[3], window[8], window[9]},
          .window = window_of(window),
          .f = sizes[0],
          .groups = groups};
}

Convolution of_pixels(const Pixels& x, int64_t filters, const PlacedWindow& window,
                      int64_t groups) {
  return convolution_of(x.n, {filters, x.c, x.h, x.w}, window, groups);
}

Convolution of_planes(const In& x, int64_t filters, const PlacedWindow& window) {
  const auto size = [&](int axis) { return static_cast<int64_t>(x.shape(axis)); };
  return convolution_of(size(0), {filters, size(1), size(2), size(3)}, window, 1);
}

Finish finish_of(const std::optional<In>& bias, const Pixels* add, const Limits& limits,
                 bool pool) {
  return {.bias = pointer(bias), .add = add, .low = limits[0], .high = limits[1], .pool = pool};
}

}  // namespace

void bind_pixels_conv(nb::module_& m) {
  m.def(
      "pixels_conv_ways",
      [](const std::array<int64_t, 4>& shape, int64_t filters, const PlacedWindow& window,
         int64_t groups) {
        const auto [n, c, h, w] = shape;
        const Convolution conv = convolution_of(n, {filters, c, h, w}, window, groups);
        std::array<const char*, 3> names;
        for (const Direction direction :
             {Direction::forward, Direction::grad_x, Direction::grad_weight})
          kernels->pixels_conv_way(conv, direction, &names[static_cast<int>(direction)]);
        return names;
      },
      nb::arg("shape"), nb::arg("filters"), nb::arg("window"), nb::arg("groups"),
      "The names of the ways that pixels_conv and its two gradients take.");
  m.def(
      "want_way", [](int way) { wanted_way = static_cast<Way>(std::clamp(way, 0, 3)); },
      nb::arg("way"),
      "Have pixels take this way (0: the table's, 2: winograd, 3: direct) where they can.");
  // x, weight (packed anew at each call), window with places, groups, (bias, add), limits, pool, y
  m.def("pixels_conv", [](PixelsIn x, In weight, const PlacedWindow& window, int64_t groups,
                          const std::tuple<std::optional<In>, std::optional<PixelsIn>>& joins,
                          const Limits& limits, bool pool, PixelsOut y) {
    submit([=] {
      const Pixels from = pixels_of(x), to = pixels_of(y);
      const Convolution conv = of_pixels(from, weight.shape(0), window, groups);
      const auto& [bias, sum] = joins;
      const Pixels add = sum ? pixels_of(*sum) : Pixels{};
      int64_t size;
      kernels->pixels_conv_packed_size(conv, &size);
      float* packed = scratch_floats(Scratch::packed_weight, size);
      kernels->pixels_conv_pack(conv, weight.data(), packed);
      kernels->pixels_conv(conv, from, packed, finish_of(bias, sum ? &add : nullptr, limits, pool),
                           to);
    });
  });
  m.def("pixels_conv_grad_x", [](PixelsIn grad_y, In weight, const PlacedWindow& window,
                                 int64_t groups, std::optional<PixelsIn> add, PixelsOut grad_x) {
    submit([=] {
      const Pixels from = pixels_of(grad_y), to = pixels_of(grad_x);
      const Pixels more = add ? pixels_of(*add) : Pixels{};
      kernels->pixels_conv_grad_x(of_pixels(to, from.c, window, groups), from, weight.data(),
                                  add ? &more : nullptr, to);
    });
  });
  m.def("pixels_conv_grad_weight",
        [](PixelsIn x, PixelsIn grad_y, const PlacedWindow& window, int64_t groups, Out grad_weight,
           std::optional<Out> grad_bias) {
          submit([=] {
            const Pixels from = pixels_of(x), grad = pixels_of(grad_y);
            kernels->pixels_conv_grad_weight(of_pixels(from, grad.c, window, groups), from, grad,
                                             grad_weight.data(), pointer(grad_bias));
          });
        });
  m.def("planes_conv", [](In x, In weight, const PlacedWindow& window, std::optional<In> bias,
                          const Limits& limits, bool pool, PixelsOut y) {
    submit([=] {
      const Convolution conv = of_planes(x, weight.shape(0), window);
      int64_t size;
      kernels->planes_conv_packed_size(conv, &size);
      float* packed = scratch_floats(Scratch::packed_weight, size);
      kernels->planes_conv_pack(conv, weight.data(), packed);
      kernels->planes_conv(conv, x.data(), packed, finish_of(bias, nullptr, limits, pool),
                           pixels_of(y));
    });
  });
  m.def("planes_conv_grad_weight", [](In x, PixelsIn grad_y, const PlacedWindow& window,
                                      Out grad_weight, std::optional<Out> grad_bias) {
    submit([=] {
      const Pixels grad = pixels_of(grad_y);
      kernels->planes_conv_grad_weight(of_planes(x, grad.c, window), x.data(), grad,
                                       grad_weight.data(), pointer(grad_bias));
    });
  });
  m.def("pixels_masked_conv_grad",
        [](PixelsIn x, In weight, const PlacedWindow& window, int64_t groups,
           const MaskedIn& masked, std::optional<PixelsIn> add, std::optional<PixelsOut> grad_x,
           const ParametersOut& gradients) {
          submit([=] {
            const auto& [grad, z, limits] = masked;
            const Pixels from = pixels_of(x), own = pixels_of(grad), made = pixels_of(z);
            const Pixels more = add ? pixels_of(*add) : Pixels{};
            const Pixels to = grad_x ? pixels_of(*grad_x) : Pixels{};
            const auto& [grad_weight, grad_bias] = gradients;
            kernels->pixels_masked_conv_grad(of_pixels(from, own.c, window, groups), from,
                                             weight.data(), {own, made, limits[0], limits[1]},
                                             add ? &more : nullptr, grad_x ? &to : nullptr,
                                             grad_weight.data(), pointer(grad_bias));
          });
        });
  m.def("planes_masked_conv_grad", [](In x, const PlacedWindow& window, const MaskedIn& masked,
                                      const ParametersOut& gradients) {
    submit([=] {
      const auto& [grad, z, limits] = masked;
      const Pixels own = pixels_of(grad), made = pixels_of(z);
      const auto& [grad_weight, grad_bias] = gradients;
      kernels->planes_masked_conv_grad(of_planes(x, own.c, window), x.data(),
                                       {own, made, limits[0], limits[1]}, grad_weight.data(),
                                       pointer(grad_bias));
    });
  });
}

}  // namespace badak
