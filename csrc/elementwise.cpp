// elementwise.cpp -- the same numbers as badak.ops.reference.activation, for float.
#include "kernels.h"
#include "simd.h"
#include "threads.h"

namespace badak::BADAK_ISA {

namespace {

constexpr int64_t CHUNK = 1 << 14; // numbers in one item of work

// Call body(first, count) for pieces of at most CHUNK numbers, in parallel.
template <class Body> void in_chunks(int64_t count, const Body &body) {
  parallel_for(ceil_div(count, CHUNK), [&](int64_t chunk) {
    const int64_t first = chunk * CHUNK;
    body(first, least(CHUNK, count - first));
  });
}

} // namespace

void relu(const float *x, float *y, int64_t count) {
  in_chunks(count, [&](int64_t first, int64_t size) {
    for (int64_t i = first; i < first + size; i++)
      y[i] = x[i] <= 0 ? 0.0f : x[i];
  });
}

void relu_backward(const float *grad_y, const float *y, float *grad_x, int64_t count) {
  in_chunks(count, [&](int64_t first, int64_t size) {
    for (int64_t i = first; i < first + size; i++)
      grad_x[i] = y[i] > 0 ? grad_y[i] : 0.0f;
  });
}

} // namespace badak::BADAK_ISA
