// bind_maps.cpp -- maps multiplied, added up and moved.
#include <nanobind/stl/array.h>

#include <array>

#include "python/bindings.h"

namespace badak {

void bind_maps(nb::module_& m) {
  m.def("multiply", [](In x, In other, Out y) {
    submit([=] { kernels->multiply(x.data(), other.data(), y.data(), x.size()); });
  });
  m.def("multiply_rows", [](In x, In number, Out y, int64_t rows) {
    submit([=, count = rows == 0 ? 0 : x.size() / rows] {
      kernels->multiply_rows(x.data(), number.data(), y.data(), rows, count, number.size());
    });
  });
  m.def("add_rows", [](In x, In number, Out y, int64_t rows) {
    submit([=, count = rows == 0 ? 0 : x.size() / rows] {
      kernels->add_rows(x.data(), number.data(), y.data(), rows, count, number.size());
    });
  });
  m.def("multiply_rows_backward", [](In grad_y, In x, Out grad_number) {
    const int64_t rows = grad_number.size();
    submit([=, count = rows == 0 ? 0 : x.size() / rows] {
      kernels->multiply_rows_backward(grad_y.data(), x.data(), grad_number.data(), rows, count);
    });
  });
  m.def("sum_maps", [](In x, Out sums) {
    const auto n = static_cast<int64_t>(x.shape(0)), c = static_cast<int64_t>(x.shape(1));
    submit([=, count = static_cast<int64_t>(x.shape(2) * x.shape(3))] {
      kernels->sum_maps(x.data(), sums.data(), n, c, count);
    });
  });
  // Numbers of `Rows` in their order, after where the first row begins in x and in y.
  m.def("copy_rows", [](In x, Out y, const std::array<int64_t, 9>& numbers) {
    const auto& [from, to, n, rows, count, from_image, from_row, to_image, to_row] = numbers;
    const Rows all{n, rows, count, from_image, from_row, to_image, to_row};
    submit([=, from = from, to = to] { kernels->copy_rows(x.data() + from, y.data() + to, all); });
  });
}

}  // namespace badak
