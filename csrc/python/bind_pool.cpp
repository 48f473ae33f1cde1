// bind_pool.cpp -- pooling: arrays in; results are written to arrays, nothing is returned.
#include "python/bindings.h"
#include "python/windows.h"

namespace badak {

namespace {

template <class Images, class Places>
Maps maps_of(const Images& x, const Places& y) {
  const auto size = [](const auto& array, size_t axis) {
    return static_cast<int64_t>(array.shape(axis));
  };
  return {size(x, 0), size(x, 1), size(x, 2), size(x, 3), size(y, 2), size(y, 3)};
}

// A plan of `resize2d`: the arrays of both axes.
struct Resizing {
  InOf<int64_t> first_row, second_row;
  In row_share;
  InOf<int64_t> first_column, second_column;
  In column_share;

  Between rows() const { return {first_row.data(), second_row.data(), row_share.data()}; }
  Between columns() const {
    return {first_column.data(), second_column.data(), column_share.data()};
  }
};

}  // namespace

void bind_pool(nb::module_& m) {
  m.def("max_pool2d", [](In x, Out y, OutOf<int64_t> indices, const WindowNumbers& numbers) {
    const Maps maps = maps_of(x, y);
    const Window window = window_of(numbers);
    submit([=] { kernels->max_pool2d(x.data(), y.data(), indices.data(), maps, window); });
  });
  m.def("max_pool2d_backward", [](In grad_y, InOf<int64_t> indices, Out grad_x) {
    const Maps maps = maps_of(grad_x, grad_y);
    submit(
        [=] { kernels->max_pool2d_backward(grad_y.data(), indices.data(), grad_x.data(), maps); });
  });
  m.def("avg_pool2d", [](In x, In divisors, Out y, const WindowNumbers& numbers) {
    const Maps maps = maps_of(x, y);
    const Window window = window_of(numbers);
    submit([=] { kernels->avg_pool2d(x.data(), divisors.data(), y.data(), maps, window); });
  });
  m.def(
      "avg_pool2d_backward", [](In grad_y, In divisors, Out grad_x, const WindowNumbers& numbers) {
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
  m.def("resize2d", [](In x, InOf<int64_t> first_row, InOf<int64_t> second_row, In row_share,
                       InOf<int64_t> first_column, InOf<int64_t> second_column, In column_share,
                       Out y) {
    const Maps sizes = maps_of(x, y);
    const Resizing to{first_row, second_row, row_share, first_column, second_column, column_share};
    submit([=] {
      kernels->resize2d(x.data(), to.rows(), to.columns(), y.data(), sizes.n * sizes.c,
                        {sizes.h, sizes.w, sizes.oh, sizes.ow});
    });
  });
  m.def("resize2d_backward", [](In grad_y, InOf<int64_t> first_row, InOf<int64_t> second_row,
                                In row_share, InOf<int64_t> first_column,
                                InOf<int64_t> second_column, In column_share, Out grad_x) {
    const Maps sizes = maps_of(grad_x, grad_y);
    const Resizing to{first_row, second_row, row_share, first_column, second_column, column_share};
    submit([=] {
      kernels->resize2d_backward(grad_y.data(), to.rows(), to.columns(), grad_x.data(),
                                 sizes.n * sizes.c, {sizes.h, sizes.w, sizes.oh, sizes.ow});
    });
  });
}

}  // namespace badak
