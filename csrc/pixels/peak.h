// peak.h -- the largest of several vectors, lane by lane, and which was the first to hold it.
//
// NaN is the largest number of all. The compiler's own vectors would compare and select twice for
// each number, and turn masks into numbers and back: so the widest instruction set is spelled out.
#pragma once

#include "simd/simd.h"

namespace badak::BADAK_ISA {

#if defined(__AVX512F__)

class Peak {
 public:
  explicit Peak(Vec first) : value_(first), nan_(unordered(first)) {}
  void meet(Vec other) {
    value_ = _mm512_maskz_max_ps(ALL, other, value_);
    nan_ |= unordered(other);
  }
  Vec value() const { return _mm512_mask_blend_ps(nan_, value_, splat(__builtin_nanf(""))); }

 private:
  static __mmask16 unordered(Vec x) { return _mm512_cmp_ps_mask(x, x, _CMP_UNORD_Q); }
  static constexpr __mmask16 ALL = 0xffff;
  Vec value_;
  __mmask16 nan_;
};

// Hands a number to the first of some vectors that holds the peak.
class Prize {
 public:
  Prize(Vec peak, Vec prize)
      : peak_(peak), prize_(prize), nan_(_mm512_cmp_ps_mask(peak, peak, _CMP_UNORD_Q)) {}
  Vec share(Vec value) {
    __mmask16 wins = _mm512_cmp_ps_mask(value, peak_, _CMP_EQ_OQ);
    if (nan_ != 0) [[unlikely]]
      wins |= _mm512_cmp_ps_mask(value, value, _CMP_UNORD_Q);
    const Vec won = _mm512_maskz_mov_ps(wins & open_, prize_);
    open_ &= static_cast<__mmask16>(~wins);
    return won;
  }

 private:
  Vec peak_, prize_;
  __mmask16 nan_, open_ = 0xffff;
};

#else

class Peak {
 public:
  explicit Peak(Vec first) : value_(first) {}
  void meet(Vec other) { value_ = (value_ >= other) | (value_ != value_) ? value_ : other; }
  Vec value() const { return value_; }

 private:
  Vec value_;
};

class Prize {
 public:
  Prize(Vec peak, Vec prize) : peak_(peak), prize_(prize) {}
  Vec share(Vec value) {
    const IntVec wins = open_ & ((value == peak_) | (value != value));
    open_ &= ~wins;
    return wins ? prize_ : Vec{};
  }

 private:
  Vec peak_, prize_;
  IntVec open_ = ~IntVec{};
};

#endif

}  // namespace badak::BADAK_ISA
