// bind_elementwise.cpp -- activations: arrays in, one array written.
#include "python/bindings.h"

namespace badak {

namespace {

// Kernels (x, y, count, options...) and (grad_y, saved, grad_x, count, options...) alike.
template <class... Option>
void bind_forward(nb::module_& m, const char* name,
                  void (*Kernels::*kernel)(const float*, float*, int64_t, Option...)) {
  m.def(name, [kernel](In x, Out y, Option... option) {
    submit([=] { (kernels->*kernel)(x.data(), y.data(), x.size(), option...); });
  });
}

template <class... Option>
void bind_backward(nb::module_& m, const char* name,
                   void (*Kernels::*kernel)(const float*, const float*, float*, int64_t,
                                            Option...)) {
  m.def(name, [kernel](In grad_y, In saved, Out grad_x, Option... option) {
    submit([=] {
      (kernels->*kernel)(grad_y.data(), saved.data(), grad_x.data(), saved.size(), option...);
    });
  });
}

}  // namespace

void bind_elementwise(nb::module_& m) {
  bind_forward(m, "relu", &Kernels::relu);
  bind_backward(m, "relu_backward", &Kernels::relu_backward);
  bind_forward(m, "leaky_relu", &Kernels::leaky_relu);
  bind_backward(m, "leaky_relu_backward", &Kernels::leaky_relu_backward);
  bind_forward(m, "sigmoid", &Kernels::sigmoid);
  bind_backward(m, "sigmoid_backward", &Kernels::sigmoid_backward);
  bind_forward(m, "tanh", &Kernels::tanh);
  bind_backward(m, "tanh_backward", &Kernels::tanh_backward);
  bind_forward(m, "elu", &Kernels::elu);
  bind_backward(m, "elu_backward", &Kernels::elu_backward);
  bind_forward(m, "gelu", &Kernels::gelu);
  bind_backward(m, "gelu_backward", &Kernels::gelu_backward);
}

}  // namespace badak
