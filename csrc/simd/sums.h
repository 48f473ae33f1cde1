// sums.h -- long sums of floats, kept in double: their rounding error stays far below a float's.
#pragma once

#include "simd/simd.h"

namespace badak::BADAK_ISA {

class Sum {
 public:
  void add(Vec value) {
    const Halves halves = wide(value);
    low_ += halves.low;
    high_ += halves.high;
  }

  void add_square(Vec value) {  // of a float's full range
    const Halves halves = wide(value);
    low_ += halves.low * halves.low;
    high_ += halves.high * halves.high;
  }

  double total() const {
    const Double both = low_ + high_;
    double total = 0;
    for (int64_t lane = 0; lane < LANES / 2; lane++) total += both[lane];
    return total;
  }

  // The sum of each lane by itself, times a factor.
  Vec lanes(double factor = 1) const {
    const Half half[2] = {__builtin_convertvector(low_ * factor, Half),
                          __builtin_convertvector(high_ * factor, Half)};
    Vec value;
    __builtin_memcpy(&value, half, sizeof value);
    return value;
  }

  // The sum of each lane by itself, in double.
  void store(double* to) const {
    __builtin_memcpy(to, &low_, sizeof low_);
    __builtin_memcpy(to + LANES / 2, &high_, sizeof high_);
  }

 private:
  typedef float Half __attribute__((vector_size(LANES * 2)));
  typedef double Double __attribute__((vector_size(LANES * 4)));
  struct Halves {
    Double low, high;
  };

  static Halves wide(Vec value) {
    Half half[2];
    __builtin_memcpy(half, &value, sizeof value);
    return {__builtin_convertvector(half[0], Double), __builtin_convertvector(half[1], Double)};
  }

  Double low_{}, high_{};
};

// Call body(values of the arrays at i...) for all LANES numbers; the last are filled up with 0.
template <class Body, class... Input>
inline void each_vec(int64_t count, const Body& body, const Input*... inputs) {
  int64_t i = 0;
  for (; i + LANES <= count; i += LANES) body(load(inputs + i)...);
  if (i < count) body(load_first(inputs + i, count - i)...);
}

// body(x - mean) for `count` numbers; the last are filled up with 0, not with -mean.
template <class Body>
inline void each_difference(int64_t count, const float* x, float mean, const Body& body) {
  int64_t i = 0;
  for (; i + LANES <= count; i += LANES) body(load(x + i) - mean);
  if (const int64_t rest = count - i; rest > 0) {
    Vec last = splat(mean);
    __builtin_memcpy(&last, x + i, static_cast<size_t>(rest) * sizeof(float));
    body(last - mean);
  }
}

}  // namespace badak::BADAK_ISA
