// bind_ops.cpp -- one function a kernel: arrays in, nothing out but what is written.
#include "bindings.h"

namespace badak {

void bind_ops(nb::module_ &m) {
  m.def("relu", [](In x, Out y) {
    submit([=] { kernels->relu(x.data(), y.data(), x.size()); });
  });
  m.def("relu_backward", [](In grad_y, In y, Out grad_x) {
    submit([=] { kernels->relu_backward(grad_y.data(), y.data(), grad_x.data(), y.size()); });
  });
}

} // namespace badak
