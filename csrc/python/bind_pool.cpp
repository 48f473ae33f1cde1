// bind_pool.cpp -- pooling; a window comes as its eight numbers, in the order of window.h.
#include <nanobind/stl/array.h>

#include "python/bindings.h"

namespace badak {

namespace {

using Numbers = std::array<int64_t, 8>;

Window window_of(const Numbers& n) { return {n[0], n[1], n[2], n[3], n[4], n[5], n[6], n[7]}; }

template <class Images, class Places>
Maps maps_of(const Images& x, const Places& y) {
  const auto size = [](const auto& array, size_t axis) {
    return static_cast<int64_t>(array.shape(axis));
  };
  return {size(x, 0), size(x, 1), size(x, 2), size(x, 3), size(y, 2), size(y, 3)};
}

}  // namespace

void bind_pool(nb::module_& m) {
  m.def("max_pool2d", [](In x, Out y, OutOf<int64_t> indices, const Numbers& numbers) {
    const Maps maps = maps_of(x, y);
    const Window window = window_of(numbers);
    submit([=] { kernels->max_pool2d(x.data(), y.data(), indices.data(), maps, window); });
  });
  m.def("max_pool2d_backward", [](In grad_y, InOf<int64_t> indices, Out grad_x) {
    const Maps maps = maps_of(grad_x, grad_y);
    submit(
        [=] { kernels->max_pool2d_backward(grad_y.data(), indices.data(), grad_x.data(), maps); });
  });
  m.def("avg_pool2d", [](In x, In divisors, Out y, const Numbers& numbers) {
    const Maps maps = maps_of(x, y);
    const Window window = window_of(numbers);
    submit([=] { kernels->avg_pool2d(x.data(), divisors.data(), y.data(), maps, window); });
  });
  m.def("avg_pool2d_backward", [](In grad_y, In divisors, Out grad_x, const Numbers& numbers) {
    const Maps maps = maps_of(grad_x, grad_y);
    const Window window = window_of(numbers);
    submit([=] {
      kernels->avg_pool2d_backward(grad_y.data(), divisors.data(), grad_x.data(), maps, window);
    });
  });
  m.def("global_avg_pool2d", [](In x, Out y) {
    const int64_t maps = y.size(), size = x.shape(2) * x.shape(3);
    submit([=] { kernels->global_avg_pool2d(x.data(), y.data(), maps, size); });
  });
  m.def("global_avg_pool2d_backward", [](In grad_y, Out grad_x) {
    const int64_t maps = grad_y.size(), size = grad_x.shape(2) * grad_x.shape(3);
    submit([=] { kernels->global_avg_pool2d_backward(grad_y.data(), grad_x.data(), maps, size); });
  });
}

}  // namespace badak
