// simd.h -- one vector type behind one name; the instruction set is the compiler's -march.
//
// Every kernel file is compiled once an instruction set, inside namespace badak::BADAK_ISA, and
// may include nothing whose inline functions could leak wide instructions into the others: no
// <vector>, <string>, <functional>, <algorithm> in kernel files.
#pragma once

#include <cstdint>
#include <cstring>

namespace badak::BADAK_ISA {

#if defined(__AVX512F__)
constexpr int64_t LANES = 16;
#elif defined(__AVX__)
constexpr int64_t LANES = 8;
#else
constexpr int64_t LANES = 4;
#endif

typedef float Vec __attribute__((vector_size(LANES * 4)));
typedef int32_t IntVec __attribute__((vector_size(LANES * 4)));
typedef float UnalignedVec __attribute__((vector_size(LANES * 4), aligned(4), may_alias));
typedef int32_t UnalignedIntVec __attribute__((vector_size(LANES * 4), aligned(4), may_alias));

inline Vec load(const float *from) { return *reinterpret_cast<const UnalignedVec *>(from); }
inline void store(float *to, Vec value) { *reinterpret_cast<UnalignedVec *>(to) = value; }
inline IntVec load_bits(const void *from) { return *static_cast<const UnalignedIntVec *>(from); }
inline void store_bits(void *to, IntVec bits) { *static_cast<UnalignedIntVec *>(to) = bits; }
inline Vec splat(float value) { return value - Vec{}; } // x - 0 is x, also for x = -0
inline IntVec splat(int32_t value) { return value + IntVec{}; }

// The first `count` < LANES floats; the other lanes are 0.
inline Vec load_first(const float *from, int64_t count) {
  Vec value{};
  __builtin_memcpy(&value, from, static_cast<size_t>(count) * sizeof(float));
  return value;
}
inline void store_first(float *to, Vec value, int64_t count) {
  __builtin_memcpy(to, &value, static_cast<size_t>(count) * sizeof(float));
}

// NaN in a wins: the comparison is false where either is NaN.
inline Vec larger(Vec a, Vec b) { return a < b ? b : a; }
inline Vec relu(Vec x) { return x <= 0.0f ? Vec{} : x; } // NaN stays

// The sum of all lanes, in a fixed order.
inline float sum(Vec value) {
  float total = 0;
  for (int64_t lane = 0; lane < LANES; lane++)
    total += value[lane];
  return total;
}

template <class T> inline T least(T a, T b) { return b < a ? b : a; }
template <class T> inline T most(T a, T b) { return a < b ? b : a; }
inline int64_t ceil_div(int64_t a, int64_t b) { return (a + b - 1) / b; }

} // namespace badak::BADAK_ISA
