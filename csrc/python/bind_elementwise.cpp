// bind_elementwise.cpp -- activations: arrays in, one array written.
#include <string>

#include "python/bindings.h"

namespace badak {

namespace {

// Kernels (x, y, count, options...) and (grad_y, saved, grad_x, count, options...) alike.
template <class... Option>
void bind_activation(nb::module_& m, const char* name,
                     void (*Kernels::*forward)(const float*, float*, int64_t, Option...),
                     void (*Kernels::*backward)(const float*, const float*, float*, int64_t,
                                                Option...)) {
  m.def(name, [forward](In x, Out y, Option... option) {
    submit([=] { (kernels->*forward)(x.data(), y.data(), x.size(), option...); });
  });
  const std::string backward_name = std::string(name) + "_backward";
  m.def(backward_name.c_str(), [backward](In grad_y, In saved, Out grad_x, Option... option) {
    submit([=] {
      (kernels->*backward)(grad_y.data(), saved.data(), grad_x.data(), saved.size(), option...);
    });
  });
}

// How the numbers of `weight` meet those of x.
Spread spread_of(const In& x, const In& weight) {
  int64_t numbers = 1;  // of one image
  for (size_t axis = 1; axis < x.ndim(); axis++) numbers *= static_cast<int64_t>(x.shape(axis));
  const int64_t count = static_cast<int64_t>(weight.size());
  return {static_cast<int64_t>(x.shape(0)), count, numbers / count};
}

}  // namespace

void bind_elementwise(nb::module_& m) {
#define BIND(name) bind_activation(m, #name, &Kernels::name, &Kernels::name##_backward)
  BIND(relu);
  BIND(leaky_relu);
  BIND(hardtanh);
  BIND(hardsigmoid);
  BIND(sigmoid);
  BIND(tanh);
  BIND(softplus);
  BIND(elu);
  BIND(selu);
  BIND(silu);
  BIND(hardswish);
  BIND(mish);
  BIND(gelu);
#undef BIND
  m.def("prelu", [](In x, In weight, Out y) {
    submit([=, spread = spread_of(x, weight)] {
      kernels->prelu(x.data(), weight.data(), y.data(), spread);
    });
  });
  m.def("prelu_backward", [](In grad_y, In x, In weight, Out grad_x, Out grad_weight) {
    submit([=, spread = spread_of(x, weight)] {
      kernels->prelu_backward(grad_y.data(), x.data(), weight.data(), grad_x.data(),
                              grad_weight.data(), spread);
    });
  });
  m.def("scale_shift", [](In x, In weight, In bias, Out y) {
    submit([=, spread = spread_of(x, weight)] {
      kernels->scale_shift(x.data(), weight.data(), bias.data(), y.data(), spread);
    });
  });
  m.def("scale_shift_backward",
        [](In grad_y, In x, In weight, Out grad_x, Out grad_weight, Out grad_bias) {
          submit([=, spread = spread_of(x, weight)] {
            kernels->scale_shift_backward(grad_y.data(), x.data(), weight.data(), grad_x.data(),
                                          grad_weight.data(), grad_bias.data(), spread);
          });
        });
}

}  // namespace badak
