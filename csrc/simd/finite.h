// finite.h -- how large the numbers of an array are, and whether all are finite.
#pragma once

#include "simd/vector_math.h"

namespace badak::BADAK_ISA {

// The largest magnitude seen. As integers, the bits of floats without their signs are in the
// floats' order, with infinity above all numbers and NaN above infinity.
class Magnitude {
 public:
  void see(Vec x) {
    const IntVec size = bits(x) & 0x7fffffff;
    largest_ = largest_ < size ? size : largest_;
  }

  bool finite() const { return below(__builtin_inff()); }

  // Whether all were smaller than the limit; false if one was NaN.
  bool below(float limit) const {
    int32_t largest = 0;
    for (int64_t lane = 0; lane < LANES; lane++)
      largest = largest < largest_[lane] ? largest_[lane] : largest;
    int32_t bits_of_limit;
    __builtin_memcpy(&bits_of_limit, &limit, sizeof limit);
    return largest < bits_of_limit;
  }

 private:
  IntVec largest_{};
};

}  // namespace badak::BADAK_ISA
