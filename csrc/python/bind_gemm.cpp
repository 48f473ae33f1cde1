// bind_gemm.cpp -- the matrix product, for `badak bench` and the tests.
#include <nanobind/stl/pair.h>

#include <utility>

#include "python/bindings.h"

namespace badak {

void bind_gemm(nb::module_& m) {
  m.def(
      "gemm",
      // transposed: whether a and b are read so.
      [](In a, In b, std::pair<bool, bool> transposed, Out c, std::optional<In> row_bias,
         std::optional<In> column_bias, bool relu, bool accumulate) {
        const auto [a_transposed, b_transposed] = transposed;
        const int64_t lda = a.shape(1), ldb = b.shape(1);
        const Product product{.m = static_cast<int64_t>(c.shape(0)),
                              .n = static_cast<int64_t>(c.shape(1)),
                              .k = static_cast<int64_t>(a.shape(a_transposed ? 0 : 1)),
                              .a = a.data(),
                              .a_row = a_transposed ? 1 : lda,
                              .a_column = a_transposed ? lda : 1,
                              .b = b.data(),
                              .b_row = b_transposed ? 1 : ldb,
                              .b_column = b_transposed ? ldb : 1,
                              .c = c.data(),
                              .c_row = static_cast<int64_t>(c.shape(1)),
                              .row_bias = pointer(row_bias),
                              .column_bias = pointer(column_bias),
                              .relu = relu,
                              .accumulate = accumulate};
        submit([=] {
          (void)a, (void)b, (void)c, (void)row_bias, (void)column_bias;  // kept alive
          kernels->gemm(product);
        });
      },
      nb::arg("a"), nb::arg("b"), nb::arg("transposed"), nb::arg("c"),
      nb::arg("row_bias").none() = nb::none(), nb::arg("column_bias").none() = nb::none(),
      nb::arg("relu") = false, nb::arg("accumulate") = false);
  m.def("column_sums", [](In a, Out sums) {
    submit([=] { kernels->column_sums(a.data(), a.shape(0), a.shape(1), sums.data()); });
  });
}

}  // namespace badak
