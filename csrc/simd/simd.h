// simd.h -- one vector type under one name; the instruction set is the compiler's -march.
//
// Every kernel file is compiled once per instruction set, inside namespace badak::BADAK_ISA, and
// may include nothing whose inline functions could leak wide instructions into the others: no
// <vector>, <string>, <functional>, <algorithm> in kernel files (<utility> for integer_sequence).
#pragma once

#include <cstdint>
#include <cstring>
#include <utility>
#if defined(__AVX512F__)
#include <immintrin.h>  // masks only: all else is the compiler's vectors
#endif

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

inline Vec load(const float* from) { return *reinterpret_cast<const UnalignedVec*>(from); }
inline void store(float* to, Vec value) { *reinterpret_cast<UnalignedVec*>(to) = value; }
inline IntVec load_bits(const void* from) { return *static_cast<const UnalignedIntVec*>(from); }
inline void store_bits(void* to, IntVec bits) { *static_cast<UnalignedIntVec*>(to) = bits; }
inline Vec splat(float value) { return value - Vec{}; }  // x - 0 is x, also for x = -0
inline IntVec splat(int32_t value) { return value + IntVec{}; }

// The first `count` < LANES numbers, in pieces of fixed size: a copy of variable size is a call.
template <class T>
inline void copy_first(T* to, const T* from, int64_t count) {
  if (LANES > 8 && count & 8) __builtin_memcpy(to, from, 8 * sizeof(T)), to += 8, from += 8;
  if (LANES > 4 && count & 4) __builtin_memcpy(to, from, 4 * sizeof(T)), to += 4, from += 4;
  if (count & 2) __builtin_memcpy(to, from, 2 * sizeof(T)), to += 2, from += 2;
  if (count & 1) *to = *from;
}
// ... the other lanes are 0.
#if defined(__AVX512F__)
inline __mmask16 first_lanes(int64_t count) { return static_cast<__mmask16>((1u << count) - 1); }
inline Vec load_first(const float* from, int64_t count) {
  return _mm512_maskz_loadu_ps(first_lanes(count), from);
}
inline void store_first(float* to, Vec value, int64_t count) {
  _mm512_mask_storeu_ps(to, first_lanes(count), value);
}
#else
inline Vec load_first(const float* from, int64_t count) {
  float lanes[LANES] = {};
  copy_first(lanes, from, count);
  return load(lanes);
}
inline void store_first(float* to, Vec value, int64_t count) {
  float lanes[LANES];
  store(lanes, value);
  copy_first(to, lanes, count);
}
#endif

// A vector whose first numbers are wanted; only what stands before `end` may be read.
inline Vec load_before(const float* from, const float* end) {
  return from + LANES <= end ? load(from) : load_first(from, end > from ? end - from : 0);
}

// Lane l of the result is lane Pick::of(l) of both vectors, one after the other. The numbers must
// be compile-time constants: from a loop, GCC builds them again at each use.
template <class Pick, class V, int... L>
inline V pick(V first, V second, std::integer_sequence<int, L...>) {
  return __builtin_shufflevector(first, second, Pick::of(L)...);
}
template <class Pick, class V>
inline V pick(V first, V second) {
  return pick<Pick>(first, second, std::make_integer_sequence<int, LANES>());
}

// Even and odd numbers of two vectors, and back.
template <int START>
struct EverySecond {
  static constexpr int of(int l) { return START + 2 * l; }
};
template <int START>
struct Alternate {
  static constexpr int of(int l) { return START + l / 2 + (l % 2) * static_cast<int>(LANES); }
};
inline void split_pairs(Vec first, Vec second, Vec& even, Vec& odd) {
  even = pick<EverySecond<0>>(first, second);
  odd = pick<EverySecond<1>>(first, second);
}
inline void join_pairs(Vec even, Vec odd, Vec& first, Vec& second) {
  first = pick<Alternate<0>>(even, odd);
  second = pick<Alternate<LANES / 2>>(even, odd);
}

// NaN in a wins: the comparison is false if either is NaN.
inline Vec larger(Vec a, Vec b) { return a < b ? b : a; }
inline Vec relu(Vec x) { return x <= 0.0f ? Vec{} : x; }  // NaN stays

// The sum of all lanes, in a fixed order.
inline float sum(Vec value) {
  float total = 0;
  for (int64_t lane = 0; lane < LANES; lane++) total += value[lane];
  return total;
}

template <class T>
inline T minimum(T a, T b) {
  return b < a ? b : a;
}
template <class T>
inline T maximum(T a, T b) {
  return a < b ? b : a;
}
inline int64_t ceil_div(int64_t a, int64_t b) { return (a + b - 1) / b; }

// The first `count` numbers of a vector; that may be none, or LANES and more.
inline Vec load_some(const float* from, int64_t count) {
  return count >= LANES ? load(from) : load_first(from, maximum<int64_t>(count, 0));
}
inline void store_some(float* to, Vec value, int64_t count) {
  if (count >= LANES)
    store(to, value);
  else if (count > 0)
    store_first(to, value, count);
}

inline void clear(float* to, int64_t count) {
  if (count > 0) memset(to, 0, static_cast<size_t>(count) * sizeof(float));
}

}  // namespace badak::BADAK_ISA
