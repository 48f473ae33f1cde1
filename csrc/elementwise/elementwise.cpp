// elementwise.cpp -- the same numbers as badak.ops.reference.activation, for float.
//   Arrays of `count` numbers, C-contiguous; an output may be one of the inputs.
// Method: each number by itself, LANES at a time; limited by memory, except gelu.
// No precondition.
#include "elementwise/elementwise.h"

#include "simd/vector_math.h"
#include "threads/split.h"

namespace badak::BADAK_ISA {

void relu(const float* x, float* y, int64_t count) {
  map(count, y, [](Vec x) { return relu(x); }, x);
}

void relu_backward(const float* grad_y, const float* y, float* grad_x, int64_t count) {
  map(count, grad_x, [](Vec grad, Vec y) { return y > 0.0f ? grad : Vec{}; }, grad_y, y);
}

void leaky_relu(const float* x, float* y, int64_t count, float negative_slope) {
  map(count, y, [=](Vec x) { return x > 0.0f ? x : negative_slope * x; }, x);
}

void leaky_relu_backward(const float* grad_y, const float* x, float* grad_x, int64_t count,
                         float negative_slope) {
  map(
      count, grad_x, [=](Vec grad, Vec x) { return x > 0.0f ? grad : negative_slope * grad; },
      grad_y, x);
}

void sigmoid(const float* x, float* y, int64_t count) {
  map(count, y, [](Vec x) { return sigmoid(x); }, x);
}

void sigmoid_backward(const float* grad_y, const float* y, float* grad_x, int64_t count) {
  map(count, grad_x, [](Vec grad, Vec y) { return grad * y * (1.0f - y); }, grad_y, y);
}

void tanh(const float* x, float* y, int64_t count) {
  map(count, y, [](Vec x) { return tanh(x); }, x);
}

void tanh_backward(const float* grad_y, const float* y, float* grad_x, int64_t count) {
  map(count, grad_x, [](Vec grad, Vec y) { return grad * (1.0f - y * y); }, grad_y, y);
}

void elu(const float* x, float* y, int64_t count, float alpha) {
  map(
      count, y, [=](Vec x) { return x > 0.0f ? x : alpha * expm1_below_0(x > 0.0f ? Vec{} : x); },
      x);
}

void elu_backward(const float* grad_y, const float* x, float* grad_x, int64_t count, float alpha) {
  map(
      count, grad_x,
      [=](Vec grad, Vec x) { return x > 0.0f ? grad : grad * alpha * exp(x > 0.0f ? Vec{} : x); },
      grad_y, x);
}

namespace {

constexpr float FLAT = 40.0f;  // as in the reference: beyond, the share is 0 or 1

// sqrt(2 / pi) * (x + 0.044715 x^3): the paper's argument of tanh.
inline Vec inner(Vec near) { return (near + 0.044715f * near * near * near) * 0.797884561f; }

// The share of a normal distribution below x.
template <bool approximate>
inline Vec share_below(Vec x) {
  if constexpr (approximate)
    return sigmoid(2.0f * inner(clamped(x, FLAT)));
  else
    return half_erfc(-x / 1.41421356f);
}

// d share_below / dx.
template <bool approximate>
inline Vec slope_of_share(Vec near, Vec share) {
  if constexpr (approximate)
    return 2.0f * share * (1.0f - share) * (0.797884561f * (1.0f + 0.134145f * near * near));
  else
    return exp_of_minus_square(near / 1.41421356f) * 0.398942280f;
}

template <bool approximate>
void gelu_of(const float* x, float* y, int64_t count) {
  map(count, y, [](Vec x) { return x * share_below<approximate>(x); }, x);
}

template <bool approximate>
void gelu_backward_of(const float* grad_y, const float* x, float* grad_x, int64_t count) {
  map(
      count, grad_x,
      [](Vec grad, Vec x) {
        const Vec share = share_below<approximate>(x), near = clamped(x, FLAT);
        return grad * (share + near * slope_of_share<approximate>(near, share));
      },
      grad_y, x);
}

}  // namespace

void gelu(const float* x, float* y, int64_t count, bool approximate) {
  (approximate ? gelu_of<true> : gelu_of<false>)(x, y, count);
}

void gelu_backward(const float* grad_y, const float* x, float* grad_x, int64_t count,
                   bool approximate) {
  (approximate ? gelu_backward_of<true> : gelu_backward_of<false>)(grad_y, x, grad_x, count);
}

}  // namespace badak::BADAK_ISA
