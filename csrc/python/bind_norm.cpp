// bind_norm.cpp -- local response, batch, group and layer normalisation.
#include <nanobind/stl/array.h>
#include <nanobind/stl/pair.h>

#include <array>
#include <utility>

#include "python/bindings.h"

namespace badak {

namespace {

Images images_of(const In& x) {
  return {static_cast<int64_t>(x.shape(0)), static_cast<int64_t>(x.shape(1)),
          static_cast<int64_t>(x.shape(2) * x.shape(3))};
}

using Reach = std::pair<int64_t, int64_t>;  // channels before and after

}  // namespace

void bind_norm(nb::module_& m) {
  m.def("local_response_norm",
        [](In x, Out y, Out scale, Reach reach, double alpha, double beta, double k) {
          const Response response{reach.first, reach.second, static_cast<float>(alpha),
                                  static_cast<float>(beta), static_cast<float>(k)};
          submit([=, images = images_of(x)] {
            kernels->local_response_norm(x.data(), y.data(), scale.data(), images, response);
          });
        });
  m.def("local_response_norm_backward",
        [](In grad_y, In x, In y, In scale, Out grad_x, Reach reach, double alpha, double beta) {
          const Response response{reach.first, reach.second, static_cast<float>(alpha),
                                  static_cast<float>(beta), 0};
          submit([=, images = images_of(x), factor = static_cast<float>(2 * alpha * beta)] {
            kernels->local_response_norm_backward(grad_y.data(), x.data(), y.data(), scale.data(),
                                                  grad_x.data(), images, response, factor);
          });
        });
  m.def("batch_norm2d",
        // from: weight, bias, running mean and variance; to: the batch's mean and inverse standard
        // deviation, new running mean and variance.
        [](In x, const std::array<In, 4>& from, Out y, const std::array<Out, 4>& to, bool training,
           double momentum, double eps) {
          submit([=, images = images_of(x)] {
            const Channels channels{from[0].data(), from[1].data(), from[2].data(), from[3].data(),
                                    to[0].data(),   to[1].data(),   to[2].data(),   to[3].data()};
            kernels->batch_norm2d(x.data(), channels, y.data(), images, training, momentum,
                                  static_cast<float>(eps));
          });
        });
  m.def("batch_norm2d_backward", [](In grad_y, In x, In weight, In mean, In inverse_std,
                                    const std::array<Out, 3>& grads, bool training) {
    submit([=, images = images_of(x)] {
      const ChannelGradients channels{weight.data(), mean.data(), inverse_std.data(),
                                      grads[1].data(), grads[2].data()};
      kernels->batch_norm2d_backward(grad_y.data(), x.data(), channels, grads[0].data(), images,
                                     training);
    });
  });
  m.def("channel_moments", [](In x, OutOf<double> mean, OutOf<double> squares) {
    submit([=, images = images_of(x)] {
      kernels->channel_moments(x.data(), mean.data(), squares.data(), images);
    });
  });
  m.def("group_norm", [](In x, In weight, In bias, Out y, Out mean, Out inverse_std, double eps) {
    submit([=, images = images_of(x)] {
      const Groups groups{static_cast<int64_t>(mean.shape(1)), weight.data(), bias.data(),
                          mean.data(), inverse_std.data()};
      kernels->group_norm(x.data(), groups, y.data(), images, static_cast<float>(eps));
    });
  });
  m.def("group_norm_backward", [](In grad_y, In x, In weight, In mean, In inverse_std, Out grad_x,
                                  Out grad_weight, Out grad_bias) {
    submit([=, images = images_of(x)] {
      const ChannelGradients channels{weight.data(), mean.data(), inverse_std.data(),
                                      grad_weight.data(), grad_bias.data()};
      kernels->group_norm_backward(grad_y.data(), x.data(), channels,
                                   static_cast<int64_t>(mean.shape(1)), grad_x.data(), images);
    });
  });
  m.def("layer_norm", [](In x, In weight, In bias, Out y, Out mean, Out inverse_std, double eps) {
    submit([=, images = images_of(x)] {
      const LayerNorm norm{weight.data(), bias.data(), mean.data(), inverse_std.data()};
      kernels->layer_norm(x.data(), norm, y.data(), images, static_cast<float>(eps));
    });
  });
  m.def("layer_norm_backward", [](In grad_y, In x, In weight, In mean, In inverse_std, Out grad_x,
                                  Out grad_weight, Out grad_bias) {
    submit([=, images = images_of(x)] {
      const LayerNormGradients norm{weight.data(), mean.data(), inverse_std.data(),
                                    grad_weight.data(), grad_bias.data()};
      kernels->layer_norm_backward(grad_y.data(), x.data(), norm, grad_x.data(), images);
    });
  });
}

}  // namespace badak
