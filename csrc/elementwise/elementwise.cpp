// elementwise.cpp -- the same numbers as badak.ops.reference.activation, for float.
//   Arrays of `count` numbers, C-contiguous; an output may be one of the inputs.
// Method: each number by itself, LANES at a time; limited by memory.
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

void hardtanh(const float* x, float* y, int64_t count, float min_val, float max_val) {
  map(count, y, [=](Vec x) { return between(x, min_val, max_val); }, x);
}

void hardtanh_backward(const float* grad_y, const float* x, float* grad_x, int64_t count,
                       float min_val, float max_val) {
  map(
      count, grad_x, [=](Vec grad, Vec x) { return (x > min_val) & (x < max_val) ? grad : Vec{}; },
      grad_y, x);
}

void hardsigmoid(const float* x, float* y, int64_t count) {
  map(count, y, [](Vec x) { return hardsigmoid(x); }, x);
}

void hardsigmoid_backward(const float* grad_y, const float* x, float* grad_x, int64_t count) {
  map(
      count, grad_x, [](Vec grad, Vec x) { return (x > -3.0f) & (x < 3.0f) ? grad / 6.0f : Vec{}; },
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

namespace {

// log(1 + exp(z)); exp only sees numbers <= 0, and what it adds to 1 keeps its digits.
inline Vec log1p_of_exp(Vec z) {
  const Vec small = exp(-abs(z)), sum = small + 1.0f;
  return relu(z) + (log(sum) + (small - (sum - 1.0f)) / sum);
}

// x if positive, else alpha * (exp(x) - 1).
inline Vec elu(Vec x, float alpha) {
  return x > 0.0f ? x : alpha * expm1_below_0(x > 0.0f ? Vec{} : x);
}
inline Vec elu_slope(Vec x, float alpha) {
  return x > 0.0f ? splat(1.0f) : alpha * exp(x > 0.0f ? Vec{} : x);
}

constexpr float SELU_ALPHA = 1.67326324f, SELU_SCALE = 1.05070099f;

}  // namespace

void softplus(const float* x, float* y, int64_t count, float beta, float threshold) {
  map(count, y, [=](Vec x) { return x * beta > threshold ? x : log1p_of_exp(x * beta) / beta; }, x);
}

void softplus_backward(const float* grad_y, const float* x, float* grad_x, int64_t count,
                       float beta, float threshold) {
  map(
      count, grad_x,
      [=](Vec grad, Vec x) { return x * beta > threshold ? grad : grad * sigmoid(x * beta); },
      grad_y, x);
}

void elu(const float* x, float* y, int64_t count, float alpha) {
  map(count, y, [=](Vec x) { return elu(x, alpha); }, x);
}

void elu_backward(const float* grad_y, const float* x, float* grad_x, int64_t count, float alpha) {
  map(count, grad_x, [=](Vec grad, Vec x) { return grad * elu_slope(x, alpha); }, grad_y, x);
}

void selu(const float* x, float* y, int64_t count) {
  map(count, y, [](Vec x) { return SELU_SCALE * elu(x, SELU_ALPHA); }, x);
}

void selu_backward(const float* grad_y, const float* x, float* grad_x, int64_t count) {
  map(
      count, grad_x, [](Vec grad, Vec x) { return grad * (SELU_SCALE * elu_slope(x, SELU_ALPHA)); },
      grad_y, x);
}

}  // namespace badak::BADAK_ISA
