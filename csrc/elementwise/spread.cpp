// spread.cpp -- the same numbers as badak.ops.reference.spread, for float; sums in double.
//   x, y and their gradients (images, count, each), C-contiguous; weight and bias (count,).
// Method: forward and the gradient of x number by number. For the gradients of weight and bias the
// sums of each image, added up in order; if a number meets one number per image, LANES at once.
// No precondition.
#include "elementwise/elementwise.h"
#include "simd/sums.h"
#include "threads/split.h"

namespace badak::BADAK_ISA {

namespace {

// y = function(inputs..., weight, bias), in parallel.
template <class Function, class... Input>
inline void spread_map(const Spread& spread, float* y, const Function& function,
                       const float* weight, const float* bias, const Input*... inputs) {
  const int64_t count = spread.count, each = spread.each;
  if (each == 1)
    in_groups(spread.images, count, [&](int64_t image) {
      const int64_t at = image * count;
      map_range(0, count, y + at, function, (inputs + at)..., weight, bias);
    });
  else
    in_groups(spread.images * count, each, [&](int64_t block) {
      const Vec own_weight = splat(weight[block % count]), own_bias = splat(bias[block % count]);
      map_range(
          block * each, (block + 1) * each, y,
          [=](auto... values) { return function(values..., own_weight, own_bias); }, inputs...);
    });
}

// sums[i] = all of function(grad_y, x) that number i meets, in parallel.
template <class Function>
inline void spread_sum(const Spread& spread, float* sums, const Function& function,
                       const float* grad_y, const float* x) {
  const int64_t count = spread.count, each = spread.each;
  if (each == 1) {
    parallel_for(ceil_div(count, LANES), [&](int64_t vector) {
      const int64_t at = vector * LANES, size = minimum(LANES, count - at);
      Sum sum;
      for (int64_t i = at; i < spread.images * count; i += count)
        sum.add(function(load_some(grad_y + i, size), load_some(x + i, size)));
      store_some(sums + at, sum.lanes(), size);
    });
    return;
  }
  const int64_t blocks = spread.images * count;
  auto* parts = static_cast<double*>(
      scratch(Scratch::partial, static_cast<size_t>(blocks + 1) * sizeof(double)));
  in_groups(blocks, each, [&](int64_t block) {
    Sum sum;
    each_vec(
        each, [&](Vec grad, Vec x) { sum.add(function(grad, x)); }, grad_y + block * each,
        x + block * each);
    parts[block] = sum.total();
  });
  for (int64_t i = 0; i < count; i++) {
    double total = 0;
    for (int64_t block = i; block < blocks; block += count) total += parts[block];
    sums[i] = static_cast<float>(total);
  }
}

}  // namespace

void prelu(const float* x, const float* weight, float* y, const Spread& spread) {
  spread_map(
      spread, y, [](Vec x, Vec weight, Vec) { return x > 0.0f ? x : weight * x; }, weight, weight,
      x);
}

void prelu_backward(const float* grad_y, const float* x, const float* weight, float* grad_x,
                    float* grad_weight, const Spread& spread) {
  spread_sum(
      spread, grad_weight, [](Vec grad, Vec x) { return x > 0.0f ? Vec{} : grad * x; }, grad_y, x);
  spread_map(
      spread, grad_x,
      [](Vec grad, Vec x, Vec weight, Vec) { return x > 0.0f ? grad : weight * grad; }, weight,
      weight, grad_y, x);
}

void scale_shift(const float* x, const float* weight, const float* bias, float* y,
                 const Spread& spread) {
  spread_map(
      spread, y, [](Vec x, Vec weight, Vec bias) { return x * weight + bias; }, weight, bias, x);
}

void scale_shift_backward(const float* grad_y, const float* x, const float* weight, float* grad_x,
                          float* grad_weight, float* grad_bias, const Spread& spread) {
  spread_sum(spread, grad_weight, [](Vec grad, Vec x) { return grad * x; }, grad_y, x);
  spread_sum(spread, grad_bias, [](Vec grad, Vec) { return grad; }, grad_y, x);
  spread_map(
      spread, grad_x, [](Vec grad, Vec weight, Vec) { return grad * weight; }, weight, weight,
      grad_y);
}

}  // namespace badak::BADAK_ISA
