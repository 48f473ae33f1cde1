// resize2d.cpp -- the same numbers as badak.ops.reference.upsample, for float.
//   x (maps, H, W), y (maps, OH, OW); for each row and column of y the two of x that it lies
//   between, first and second, and how near the second is, share; all C-contiguous.
// Method: backward spreads each number to its four sources, a map by itself. Limited by memory.
// Precondition: first and second lie within x.
#include "pool2d/pool2d.h"
#include "simd/simd.h"
#include "threads/split.h"

namespace badak::BADAK_ISA {

void resize2d(const float* x, const Between& rows, const Between& columns, float* y, int64_t maps,
              const Sizes& sizes) {
  const int64_t size = sizes.h * sizes.w, places = sizes.oh * sizes.ow;
  in_groups(maps, places, [&](int64_t map) {
    for (int64_t i = 0; i < sizes.oh; i++) {
      const float* above = x + map * size + rows.first[i] * sizes.w;
      const float* below = x + map * size + rows.second[i] * sizes.w;
      const float down = rows.share[i], up = 1 - down;
      float* to = y + map * places + i * sizes.ow;
      for (int64_t j = 0; j < sizes.ow; j++) {
        const int64_t left = columns.first[j], right = columns.second[j];
        const float share = columns.share[j];
        to[j] = up * ((1 - share) * above[left] + share * above[right]) +
                down * ((1 - share) * below[left] + share * below[right]);
      }
    }
  });
}

void resize2d_backward(const float* grad_y, const Between& rows, const Between& columns,
                       float* grad_x, int64_t maps, const Sizes& sizes) {
  const int64_t size = sizes.h * sizes.w, places = sizes.oh * sizes.ow;
  in_groups(maps, places, [&](int64_t map) {
    clear(grad_x + map * size, size);
    for (int64_t i = 0; i < sizes.oh; i++) {
      float* above = grad_x + map * size + rows.first[i] * sizes.w;
      float* below = grad_x + map * size + rows.second[i] * sizes.w;
      const float down = rows.share[i], up = 1 - down;
      const float* from = grad_y + map * places + i * sizes.ow;
      for (int64_t j = 0; j < sizes.ow; j++) {
        const int64_t left = columns.first[j], right = columns.second[j];
        const float near = columns.share[j], far = 1 - near;
        above[left] += up * far * from[j];
        above[right] += up * near * from[j];
        below[left] += down * far * from[j];
        below[right] += down * near * from[j];
      }
    }
  });
}

}  // namespace badak::BADAK_ISA
