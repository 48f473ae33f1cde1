// bind_pixels_maps.cpp -- everything on maps of pixels but convolution.
#include <nanobind/stl/optional.h>

#include "python/pixels.h"
#include "python/windows.h"

namespace badak {

namespace {

using Limits = std::array<float, 2>;
using Options = std::tuple<int, float, float>;  // an activation's number and its options

ActivationOf activation_of(const Options& options) {
  const auto& [kind, first, second] = options;
  return {static_cast<Activation>(kind), first, second};
}

void bind_simple(nb::module_& m) {
  m.def("planes_to_pixels", [](In x, PixelsOut y) {
    submit([=] { kernels->planes_to_pixels(x.data(), pixels_of(y)); });
  });
  m.def("pixels_to_planes", [](PixelsIn x, Out y) {
    submit([=] { kernels->pixels_to_planes(pixels_of(x), y.data()); });
  });
  m.def("pixels_copy", [](PixelsIn x, PixelsOut y) {
    submit([=] { kernels->pixels_copy(pixels_of(x), pixels_of(y)); });
  });
  m.def("pixels_clamp",
        [](PixelsIn x, std::optional<PixelsIn> add, const Limits& limits, PixelsOut y) {
          submit([=] {
            const Pixels sum = add ? pixels_of(*add) : Pixels{};
            kernels->pixels_clamp(
                pixels_of(x), {.add = add ? &sum : nullptr, .low = limits[0], .high = limits[1]},
                pixels_of(y));
          });
        });
  m.def("pixels_mask", [](PixelsIn grad, PixelsIn z, const Limits& limits, PixelsOut out) {
    submit([=] {
      kernels->pixels_mask(pixels_of(grad), pixels_of(z), limits[0], limits[1], pixels_of(out));
    });
  });
  m.def("pixels_add", [](PixelsIn a, PixelsIn b, PixelsOut y) {
    submit([=] { kernels->pixels_add(pixels_of(a), pixels_of(b), pixels_of(y)); });
  });
  m.def("pixels_scale_shift",
        [](PixelsIn x, In scale, In shift, const Limits& limits, PixelsOut y) {
          submit([=] {
            kernels->pixels_scale_shift(pixels_of(x), scale.data(), shift.data(), limits[0],
                                        limits[1], pixels_of(y));
          });
        });
  m.def("pixels_gate", [](PixelsIn x, In factors, PixelsOut y) {
    submit([=] { kernels->pixels_gate(pixels_of(x), factors.data(), pixels_of(y)); });
  });
  m.def("pixels_gate_backward",
        [](PixelsIn grad, PixelsIn x, In factors, PixelsOut grad_x, Out grad_factors) {
          submit([=] {
            kernels->pixels_gate_backward(pixels_of(grad), pixels_of(x), factors.data(),
                                          pixels_of(grad_x), grad_factors.data());
          });
        });
  m.def("pixels_activation", [](const Options& options, PixelsIn x, PixelsOut y) {
    submit([=] { kernels->pixels_activation(activation_of(options), pixels_of(x), pixels_of(y)); });
  });
  m.def("pixels_activation_backward",
        [](const Options& options, PixelsIn grad, PixelsIn saved, PixelsOut grad_x) {
          submit([=] {
            kernels->pixels_activation_backward(activation_of(options), pixels_of(grad),
                                                pixels_of(saved), pixels_of(grad_x));
          });
        });
}

void bind_norms(nb::module_& m) {
  // x, momentum, eps, (mean, inverse_std), and the running statistics, which change in place
  m.def("pixels_norm_statistics",
        [](PixelsIn x, double momentum, float eps, const std::array<Out, 2>& statistics,
           const std::array<std::optional<Out>, 2>& running) {
          submit([=] {
            float *const mean = pointer(running[0]), *const var = pointer(running[1]);
            kernels->pixels_norm_statistics(pixels_of(x), momentum, eps,
                                            {.weight = nullptr,
                                             .bias = nullptr,
                                             .running_mean = mean,
                                             .running_var = var,
                                             .mean = statistics[0].data(),
                                             .inverse_std = statistics[1].data(),
                                             .new_running_mean = mean,
                                             .new_running_var = var});
          });
        });
  // x, (mean, inverse_std, weight, bias), add, limits, y
  m.def("pixels_norm_apply", [](PixelsIn x, const std::array<In, 4>& channels,
                                std::optional<PixelsIn> add, const Limits& limits, PixelsOut y) {
    submit([=] {
      const Pixels sum = add ? pixels_of(*add) : Pixels{};
      kernels->pixels_norm_apply(pixels_of(x),
                                 {.weight = channels[2].data(),
                                  .bias = channels[3].data(),
                                  .running_mean = nullptr,
                                  .running_var = nullptr,
                                  .mean = const_cast<float*>(channels[0].data()),
                                  .inverse_std = const_cast<float*>(channels[1].data()),
                                  .new_running_mean = nullptr,
                                  .new_running_var = nullptr},
                                 {.add = add ? &sum : nullptr, .low = limits[0], .high = limits[1]},
                                 pixels_of(y));
    });
  });
  // grad, x, (mean, inverse_std, weight, bias), z, limits, grad_x, (grad_weight, grad_bias),
  // grad_add
  m.def("pixels_norm_backward",
        [](PixelsIn grad, PixelsIn x, const std::array<In, 4>& channels, std::optional<PixelsIn> z,
           const Limits& limits, PixelsOut grad_x, const std::array<Out, 2>& gradients,
           std::optional<PixelsOut> grad_add) {
          submit([=] {
            const Pixels result = z ? pixels_of(*z) : Pixels{};
            const Pixels to_add = grad_add ? pixels_of(*grad_add) : Pixels{};
            kernels->pixels_norm_backward(pixels_of(grad), pixels_of(x),
                                          {.weight = channels[2].data(),
                                           .mean = channels[0].data(),
                                           .inverse_std = channels[1].data(),
                                           .grad_weight = gradients[0].data(),
                                           .grad_bias = gradients[1].data()},
                                          {.bias = channels[3].data(),
                                           .z = z ? &result : nullptr,
                                           .low = limits[0],
                                           .high = limits[1],
                                           .grad_add = grad_add ? &to_add : nullptr},
                                          pixels_of(grad_x));
          });
        });
}

void bind_pools(nb::module_& m) {
  m.def("pixels_max_pool", [](PixelsIn x, const WindowNumbers& window, PixelsOut y) {
    submit([=] { kernels->pixels_max_pool(pixels_of(x), window_of(window), pixels_of(y)); });
  });
  m.def("pixels_max_pool_backward", [](PixelsIn grad_y, PixelsIn x, const WindowNumbers& window,
                                       const Limits& limits, PixelsOut grad_x) {
    submit([=] {
      kernels->pixels_max_pool_backward(pixels_of(grad_y), pixels_of(x), window_of(window),
                                        limits[0], limits[1], pixels_of(grad_x));
    });
  });
  m.def("pixels_avg_pool", [](PixelsIn x, const WindowNumbers& window, In divisors, PixelsOut y) {
    submit([=] {
      kernels->pixels_avg_pool(pixels_of(x), window_of(window), divisors.data(), pixels_of(y));
    });
  });
  m.def("pixels_avg_pool_backward",
        [](PixelsIn grad_y, const WindowNumbers& window, In divisors, PixelsOut grad_x) {
          submit([=] {
            kernels->pixels_avg_pool_backward(pixels_of(grad_y), window_of(window), divisors.data(),
                                              pixels_of(grad_x));
          });
        });
}

}  // namespace

void bind_pixels_maps(nb::module_& m) {
  bind_simple(m);
  bind_norms(m);
  bind_pools(m);
}

}  // namespace badak
