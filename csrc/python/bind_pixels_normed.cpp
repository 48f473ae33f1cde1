// bind_pixels_normed.cpp -- convolutions of pixels with the batch norms around them.
#include <nanobind/stl/optional.h>

#include "python/pixels.h"
#include "python/windows.h"
#include "threads/threads.h"

namespace badak {

namespace {

// (mean, inverse_std, weight, bias), limits
using NormIn = std::tuple<std::array<In, 4>, std::array<float, 2>>;
// A norm, its y, and the sums of its gradient: of weight and bias.
using AfterIn = std::tuple<NormIn, PixelsIn, std::array<In, 2>>;
// (mean, inverse_std, running_mean, running_var), momentum, eps
using StatisticsOut = std::tuple<std::array<Out, 4>, double, float>;

Normed norm_of(const NormIn& norm) {
  const auto& [arrays, limits] = norm;
  return {arrays[0].data(), arrays[1].data(), arrays[2].data(),
          arrays[3].data(), limits[0],        limits[1]};
}

Convolution convolution_of(const Pixels& x, int64_t filters, const PlacedWindow& window,
                           int64_t groups) {
  return {.maps = {x.n, x.c, x.h, x.w, window[8], window[9]},
          .window = window_of(window),
          .f = filters,
          .groups = groups};
}

}  // namespace

void bind_pixels_normed(nb::module_& m) {
  m.def("pixels_normed_conv",
        [](PixelsIn x, const NormIn& norm, In weight, const PlacedWindow& window, int64_t groups,
           std::optional<In> bias, PixelsOut y, const std::optional<StatisticsOut>& statistics) {
          submit([=] {
            const Pixels from = pixels_of(x);
            const Convolution conv = convolution_of(from, weight.shape(0), window, groups);
            int64_t size;
            kernels->pixels_conv_packed_size(conv, &size);
            float* packed = scratch_floats(Scratch::normed_weight, size);
            kernels->pixels_conv_pack(conv, weight.data(), packed);
            Statistics to{};
            if (statistics) {
              const auto& [arrays, momentum, eps] = *statistics;
              to = {arrays[0].data(), arrays[1].data(), arrays[2].data(),
                    arrays[3].data(), momentum,         eps};
            }
            kernels->pixels_normed_conv(conv, from, norm_of(norm), packed, pointer(bias),
                                        pixels_of(y), statistics ? &to : nullptr);
          });
        });
  // gradients: of weight and bias, and of the norm's weight and bias
  m.def("pixels_normed_conv_grad",
        [](PixelsIn x, const NormIn& norm, In weight, const PlacedWindow& window, int64_t groups,
           PixelsIn grad, const std::optional<AfterIn>& after, PixelsOut grad_x,
           const std::tuple<Out, std::optional<Out>, Out, Out>& gradients) {
          submit([=] {
            const Pixels from = pixels_of(x);
            const Convolution conv = convolution_of(from, weight.shape(0), window, groups);
            NormedGradient to{norm_of(norm), nullptr, nullptr, nullptr};
            Pixels y;
            if (after) {
              const auto& [own, maps, sums] = *after;
              y = pixels_of(maps);
              to = {norm_of(own), &y, sums[0].data(), sums[1].data()};
            }
            const auto& [own, bias, norm_weight, norm_bias] = gradients;
            float* const all[] = {own.data(), pointer(bias), norm_weight.data(), norm_bias.data()};
            kernels->pixels_normed_conv_grad(conv, from, norm_of(norm), weight.data(),
                                             pixels_of(grad), to, pixels_of(grad_x), all);
          });
        });
  m.def("pixels_normed_grad", [](PixelsIn grad, const AfterIn& after, PixelsOut grad_y) {
    submit([=] {
      const auto& [norm, maps, sums] = after;
      const Pixels from = pixels_of(grad), y = pixels_of(maps);
      kernels->pixels_normed_grad(from, {norm_of(norm), &y, sums[0].data(), sums[1].data()},
                                  pixels_of(grad_y));
    });
  });
}

}  // namespace badak
