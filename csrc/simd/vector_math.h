// vector_math.h -- exp, expm1, log, a power, tanh, sigmoid and the normal distribution on vectors.
//
// Each is within a few units of the last place of the true value, over the whole range of float,
// subnormals included; NaN stays NaN, overflow is infinity (tests/ops/test_native_vector_math.py).
// The polynomials are fitted by tools/fit_polynomials.py.
#pragma once

#include "simd/simd.h"

namespace badak::BADAK_ISA {

inline IntVec bits(Vec x) { return reinterpret_cast<IntVec>(x); }
inline Vec from_bits(IntVec x) { return reinterpret_cast<Vec>(x); }
inline Vec abs(Vec x) { return from_bits(bits(x) & 0x7fffffff); }
inline Vec with_sign_of(Vec magnitude, Vec sign) {
  constexpr int32_t SIGN = static_cast<int32_t>(0x80000000);
  return from_bits((bits(magnitude) & ~SIGN) | (bits(sign) & SIGN));
}
constexpr int32_t TWELVE_BITS = static_cast<int32_t>(0xfffff000);  // to keep: squares are exact

// x within [low, high], or [-limit, limit]; NaN stays.
inline Vec between(Vec x, float low, float high) {
  x = x > high ? splat(high) : x;
  return x < low ? splat(low) : x;
}
inline Vec clamped(Vec x, float limit) { return between(x, -limit, limit); }
inline float clamped(float x, float limit) { return x > limit ? limit : x < -limit ? -limit : x; }

inline Vec sqrt(Vec x) {
  Vec root;
  for (int64_t lane = 0; lane < LANES; lane++) root[lane] = __builtin_sqrtf(x[lane]);
  return root;
}

// exp(x) = 2^n * (1 + tail), with |tail| < 0.42: what exp and expm1 are made of.
struct Power {
  IntVec n;
  Vec tail;
};

// exp(r) - 1 for |r| <= log(2) / 2.
inline Vec expm1_near_0(Vec r) {
  Vec q = r * 1.395170502e-03f + 8.369590057e-03f;
  q = q * r + 4.166618747e-02f;
  q = q * r + 1.666651296e-01f;
  q = q * r + 5.000000101e-01f;
  return q * r * r + r;
}

constexpr float ROUNDING = 12582912.0f;        // 1.5 * 2^23: a number plus this has no fraction,
constexpr int32_t ROUNDING_BITS = 0x4b400000;  // and its last bits are the number as an integer

// The Power of x + rest, for -105 <= x <= 89 and a small rest that x is too coarse to hold.
inline Power power_of(Vec x, Vec rest) {
  const Vec shifted = x * 1.44269504f + ROUNDING;
  const Vec n = shifted - ROUNDING;
  const Vec r = x - n * 0.693359375f + n * 2.12194440e-4f + rest;  // the two are log(2)
  return {bits(shifted) - ROUNDING_BITS, expm1_near_0(r)};
}

// x * 2^n for |n| <= 252, in two steps, so that neither factor leaves the range of float.
inline Vec scaled(Vec x, IntVec n) {
  const IntVec half = n >> 1;
  return x * from_bits((half + 127) << 23) * from_bits((n - half + 127) << 23);
}

inline Vec exp(Vec x, Vec rest = Vec{}) {
  x = x > 89.0f ? splat(89.0f) : x;  // beyond these it is infinity or 0; NaN passes
  x = x < -105.0f ? splat(-105.0f) : x;
  const Power power = power_of(x, rest);
  return scaled(power.tail + 1.0f, power.n);
}

// exp(-z^2): the square is split into one that float holds exactly and a rest.
inline Vec exp_of_minus_square(Vec z) {
  z = abs(z);
  z = z > 11.0f ? splat(11.0f) : z;
  const Vec head = from_bits(bits(z) & TWELVE_BITS);
  return exp(-(head * head), (head - z) * (head + z));
}

// exp(x) - 1 for x <= 0, without cancellation near 0.
inline Vec expm1_below_0(Vec x) {
  x = x < -30.0f ? splat(-30.0f) : x;  // -1 to the last bit
  const Power power = power_of(x, Vec{});
  const Vec two_to_n = from_bits((power.n + 127) << 23);
  return two_to_n * power.tail + (two_to_n - 1.0f);
}

// x = 2^n * m with m in [sqrt(1/2), sqrt(2)), for positive finite x.
struct Parts {
  Vec n, m;
};
inline Parts parts_of(Vec x) {
  const IntVec subnormal = x < 1.17549435e-38f;
  x = subnormal ? x * 8388608.0f : x;  // times 2^23
  const IntVec n = (bits(x) - 0x3f3504f3) >> 23;
  const Vec exponent = __builtin_convertvector(n, Vec);
  return {subnormal ? exponent - 23.0f : exponent, from_bits(bits(x) - (n << 23))};
}

// log(m) for m near 1.
inline Vec log_near_1(Vec m) {
  const Vec t = m - 1.0f;
  Vec q = t * -7.859617481e-02f + 1.288164507e-01f;
  q = q * t - 1.312875129e-01f;
  q = q * t + 1.418119216e-01f;
  q = q * t - 1.662455447e-01f;
  q = q * t + 2.000228627e-01f;
  q = q * t - 2.500081039e-01f;
  q = q * t + 3.333331673e-01f;
  return t + t * t * (q * t - 0.5f);
}

inline Vec log(Vec x) {
  const Parts parts = parts_of(x);
  Vec y = parts.n * 0.693359375f + (log_near_1(parts.m) - parts.n * 2.12194440e-4f);
  const float infinity = __builtin_inff();
  y = x == 0.0f ? splat(-infinity) : y;
  y = x < infinity ? y : x;  // infinity, NaN
  return x < 0.0f ? splat(__builtin_nanf("")) : y;
}

// x ** exponent for many x and one exponent, as in C (except fractional powers of -infinity: NaN).
class PowerTo {
 public:
  explicit PowerTo(float exponent)
      : exponent_(clamped(exponent, 1e12f)),  // beyond, all but 1 becomes 0 or infinity
        head_(from_bits(bits(splat(exponent_)) & TWELVE_BITS)[0]),
        whole_(static_cast<float>(static_cast<int64_t>(exponent_)) == exponent_),
        odd_(whole_ && (static_cast<int64_t>(exponent_) & 1) != 0) {}

  Vec operator()(Vec x) const {
    if (exponent_ == 0) return splat(1.0f);  // also of NaN
    // With |x| = 2^n m: exponent * log2(x) = head * n, which is exact, + what is small.
    const Vec size = abs(x);
    const Parts parts = parts_of(size);
    const Vec whole = parts.n * head_;
    const Vec small = log_near_1(parts.m) * (1.44269504f * exponent_);
    const Vec rest = parts.n * (exponent_ - head_) + small;
    const Vec shifted = clamped(whole + rest, 160.0f) + ROUNDING;
    const Vec r = clamped(whole - (shifted - ROUNDING) + rest, 0.5f) * 0.693147181f;
    Vec y = scaled(expm1_near_0(r) + 1.0f, bits(shifted) - ROUNDING_BITS);
    const float infinity = __builtin_inff(), nan = __builtin_nanf("");
    y = size == 0.0f ? splat(exponent_ < 0 ? infinity : 0.0f) : y;
    y = size == infinity ? splat(exponent_ < 0 ? 0.0f : infinity) : y;
    y = size >= 0.0f ? y : splat(nan);
    if (odd_) return with_sign_of(y, x);
    return whole_ ? y : (x >= 0.0f ? y : splat(nan));  // negative numbers have only whole powers
  }

 private:
  float exponent_, head_;
  bool whole_, odd_;
};

inline Vec tanh(Vec x) {
  const Vec small = expm1_below_0(abs(x) * -2.0f);
  return with_sign_of(small / (small + 2.0f), x);
}

// 1 / (1 + exp(-x)); exp only sees numbers <= 0, so it cannot overflow.
inline Vec sigmoid(Vec x) {
  const Vec small = exp(-abs(x));
  return (x >= 0.0f ? splat(1.0f) : small) / (small + 1.0f);
}

inline Vec hardsigmoid(Vec x) { return between(x + 3.0f, 0.0f, 6.0f) / 6.0f; }

// erfc(z) / 2 with small shares to the last digits: the bell exp(-z^2), which is its slope but for
// a factor, times a slow function of z >= 0.
struct Erfc {
  Vec half, bell;
};
inline Erfc half_erfc(Vec z) {
  Vec distance = abs(z);
  distance = distance > 11.0f ? splat(11.0f) : distance;  // 0 or 1 to the last bit
  const Vec q = (distance - 3.0f) / (distance + 3.0f);
  Vec slow = q * -2.643569490e-04f - 7.678673888e-04f;
  slow = slow * q + 2.007698186e-03f;
  slow = slow * q + 2.563947139e-03f;
  slow = slow * q - 2.380151687e-02f;
  slow = slow * q + 6.829577371e-02f;
  slow = slow * q - 1.192702456e-01f;
  slow = slow * q + 1.296464833e-01f;
  slow = slow * q - 4.756244184e-02f;
  slow = slow * q - 1.356211425e-01f;
  slow = slow * q + 1.253008060e+00f;
  const Vec bell = exp_of_minus_square(z);
  const Vec share = bell * slow / (distance + distance + 1.0f) * 0.5f;
  return {z < 0.0f ? 1.0f - share : share, bell};
}

}  // namespace badak::BADAK_ISA
