// maps.cpp -- the same numbers as badak.ops.reference.elementwise and .channels, for float.
//   Arrays C-contiguous; a row is a map (H, W) of one image and channel, or several maps together.
// Method: each row by itself, LANES at a time; sums in double, image after image. Memory limits it.
// No precondition.
#include "elementwise/maps.h"

#include "simd/sums.h"
#include "threads/split.h"

namespace badak::BADAK_ISA {

void multiply(const float* x, const float* other, float* y, int64_t count) {
  map(count, y, [](Vec x, Vec other) { return x * other; }, x, other);
}

void multiply_rows(const float* x, const float* number, float* y, int64_t rows, int64_t count,
                   int64_t numbers) {
  in_groups(rows, count, [&](int64_t row) {
    map_range(
        row * count, (row + 1) * count, y,
        [factor = number[row % numbers]](Vec x) { return x * factor; }, x);
  });
}

void add_rows(const float* x, const float* number, float* y, int64_t rows, int64_t count,
              int64_t numbers) {
  in_groups(rows, count, [&](int64_t row) {
    map_range(
        row * count, (row + 1) * count, y,
        [term = number[row % numbers]](Vec x) { return x + term; }, x);
  });
}

void multiply_rows_backward(const float* grad_y, const float* x, float* grad_number, int64_t rows,
                            int64_t count) {
  in_groups(rows, count, [&](int64_t row) {
    Sum sum;
    each_vec(
        count, [&](Vec grad, Vec x) { sum.add(grad * x); }, grad_y + row * count, x + row * count);
    grad_number[row] = static_cast<float>(sum.total());
  });
}

void sum_maps(const float* x, float* sums, int64_t n, int64_t c, int64_t count) {
  in_groups(c, n * count, [&](int64_t channel) {
    Sum sum;
    for (int64_t i = 0; i < n; i++)
      each_vec(count, [&](Vec x) { sum.add(x); }, x + (i * c + channel) * count);
    sums[channel] = static_cast<float>(sum.total());
  });
}

void copy_rows(const float* x, float* y, const Rows& rows) {
  in_groups(rows.n * rows.rows, rows.count, [&](int64_t item) {
    const int64_t image = item / rows.rows, row = item % rows.rows;
    memcpy(y + image * rows.to_image + row * rows.to_row,
           x + image * rows.from_image + row * rows.from_row,
           static_cast<size_t>(rows.count) * sizeof(float));
  });
}

}  // namespace badak::BADAK_ISA
