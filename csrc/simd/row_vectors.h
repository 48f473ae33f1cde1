// row_vectors.h -- rows of any length in vectors of the widest size that fits, down to one number.
//
// The maps of small networks are narrower than a vector of 16: 12 places, 5, 4. The last block of
// a row reaches back over the one before it, so what is written must not depend on what stood
// there.
#pragma once

#include "simd/simd.h"

namespace badak::BADAK_ISA {

template <class T, int64_t L>
struct VecOf {
  using Type [[gnu::vector_size(L * sizeof(T))]] = T;
};
template <class T>
struct VecOf<T, 1> {
  using Type = T;
};

// L numbers at once; L is LANES, or a smaller power of 2.
template <int64_t L>
struct Lanes {
  using Vec = typename VecOf<float, L>::Type;
  using IntVec = typename VecOf<int32_t, L>::Type;

  template <class T>
  static typename VecOf<T, L>::Type load(const T* from) {
    typename VecOf<T, L>::Type value;
    __builtin_memcpy(&value, from, sizeof value);
    return value;
  }
  static void store(float* to, Vec value) { __builtin_memcpy(to, &value, sizeof value); }
  static void store(int64_t* to, IntVec value) {
    if constexpr (L == 1) {
      *to = value;
    } else {
      using LongVec = typename VecOf<int64_t, L>::Type;
      const LongVec wide = __builtin_convertvector(value, LongVec);
      __builtin_memcpy(to, &wide, sizeof wide);
    }
  }

  // Numbers 0, 2, 4 ... of 2L - 1, read as two vectors: from the first, and from number L - 1.
  struct EveryOther {
    static constexpr int of(int l) { return 2 * l + (l < L / 2 ? 0 : 1); }
  };

  // from[0], from[step] ... and nothing read after the last; S is the step, or 0 for any.
  template <int64_t S>
  static Vec load_every(const float* from, int64_t step) {
    if constexpr (S == 1 || L == 1) {
      return load(from);
    } else if constexpr (S == 2) {
      constexpr auto lanes = std::make_integer_sequence<int, L>();
      return pick<EveryOther>(load(from), load(from + L - 1), lanes);
    } else {
      Vec picked{};
      for (int64_t lane = 0; lane < L; lane++) picked[lane] = from[lane * step];
      return picked;
    }
  }

  static IntVec multiples(int32_t step) {  // 0, step, 2 * step ...
    IntVec value{};
    if constexpr (L > 1)
      for (int64_t lane = 0; lane < L; lane++) value[lane] = static_cast<int32_t>(lane) * step;
    return value;
  }
};

template <int64_t L, class Body>
inline void blocks_of(int64_t first, int64_t end, const Body body) {
  for (int64_t i = first; i < end; i += L) body(Lanes<L>{}, minimum(i, end - L));
}

// body(Lanes<L>{}, i) for blocks [i, i + L) that together cover [first, end) and nothing else.
// Let the body capture by value: what it only reads then stays in registers across its stores.
template <class Body>
inline void in_blocks(int64_t first, int64_t end, const Body body) {
  const int64_t count = end - first;
  if (count >= LANES) return blocks_of<LANES>(first, end, body);
  if constexpr (LANES > 8)
    if (count >= 8) return blocks_of<8>(first, end, body);
  if constexpr (LANES > 4)
    if (count >= 4) return blocks_of<4>(first, end, body);
  blocks_of<1>(first, end, body);
}

}  // namespace badak::BADAK_ISA
