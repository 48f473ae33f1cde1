// gate.cpp -- the same numbers as badak.ops.reference.gate, for float: x times a share of itself.
//   Arrays of `count` numbers, C-contiguous; an output may be one of the inputs.
// Method: each number by itself, LANES at a time.
// No precondition.
#include "elementwise/elementwise.h"
#include "simd/vector_math.h"
#include "threads/split.h"

namespace badak::BADAK_ISA {

void silu(const float* x, float* y, int64_t count) {
  map(count, y, [](Vec x) { return x * sigmoid(x); }, x);
}

void silu_backward(const float* grad_y, const float* x, float* grad_x, int64_t count) {
  map(
      count, grad_x,
      [](Vec grad, Vec x) {
        const Vec share = sigmoid(x);
        return grad * (share * (1.0f + x * (1.0f - share)));
      },
      grad_y, x);
}

void hardswish(const float* x, float* y, int64_t count) {
  map(count, y, [](Vec x) { return x * hardsigmoid(x); }, x);
}

void hardswish_backward(const float* grad_y, const float* x, float* grad_x, int64_t count) {
  map(
      count, grad_x,
      [](Vec grad, Vec x) {
        const Vec inside = grad * ((2.0f * x + 3.0f) / 6.0f);
        return x < 3.0f ? (x <= -3.0f ? Vec{} : inside) : grad;
      },
      grad_y, x);
}

namespace {

constexpr float LARGE = 20.0f;  // from here on mish's share is 1 to the last bit

// tanh(log(1 + exp(x))) = product / (product + 2), with product = exp(x) * (exp(x) + 2).
struct Share {
  Vec power, product;
};
inline Share mish_share(Vec x) {
  const Vec power = exp(x > LARGE ? splat(LARGE) : x);
  return {power, power * (power + 2.0f)};
}

}  // namespace

void mish(const float* x, float* y, int64_t count) {
  map(
      count, y,
      [](Vec x) {
        const Share share = mish_share(x);
        return x * (share.product / (share.product + 2.0f));
      },
      x);
}

void mish_backward(const float* grad_y, const float* x, float* grad_x, int64_t count) {
  map(
      count, grad_x,
      [](Vec grad, Vec x) {
        const Share share = mish_share(x);
        const Vec whole = share.product + 2.0f;
        const Vec slope = share.power / whole * ((share.power + 1.0f) / whole) * 4.0f;
        return grad * (share.product / whole + (x > LARGE ? Vec{} : x * slope));
      },
      grad_y, x);
}

namespace {

constexpr float FLAT = 40.0f;  // as in the reference: beyond, the share is 0 or 1

// sqrt(2 / pi) * (x + 0.044715 x^3): the paper's argument of tanh.
inline Vec inner(Vec near) { return (near + 0.044715f * near * near * near) * 0.797884561f; }

// The share of a normal distribution below x, and its slope there.
struct Below {
  Vec share, slope;
};
template <bool approximate>
inline Below below(Vec x) {
  if constexpr (approximate) {
    const Vec near = clamped(x, FLAT), share = sigmoid(2.0f * inner(near));
    const Vec inner_slope = 0.797884561f * (1.0f + 0.134145f * near * near);
    return {share, 2.0f * share * (1.0f - share) * inner_slope};
  } else {
    const Erfc erfc = half_erfc(-x / 1.41421356f);
    return {erfc.half, erfc.bell * 0.398942280f};
  }
}

template <bool approximate>
void gelu_of(const float* x, float* y, int64_t count) {
  map(count, y, [](Vec x) { return x * below<approximate>(x).share; }, x);
}

template <bool approximate>
void gelu_backward_of(const float* grad_y, const float* x, float* grad_x, int64_t count) {
  map(
      count, grad_x,
      [](Vec grad, Vec x) {
        const Below at = below<approximate>(x);
        return grad * (at.share + clamped(x, FLAT) * at.slope);
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
