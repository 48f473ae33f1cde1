// philox.h -- Philox4x32-10, a random generator without state (Salmon et al. 2011, "Parallel Random
// Numbers: As Easy as 1, 2, 3"): ten rounds of multiplications mix a counter and a key.
//
// Any thread can compute any counter's four words, so what is drawn depends on the key and the
// place alone.
#pragma once

#include "simd/simd.h"

namespace badak::BADAK_ISA {

typedef uint32_t Words __attribute__((vector_size(LANES * 4)));
typedef uint64_t LongWords __attribute__((vector_size(LANES * 4)));

// The four words of LANES counters: word w of counter i is word[w][i].
struct Drawn {
  Words word[4];
};

struct Product32 {
  Words high, low;
};
inline Product32 times(Words a, uint64_t factor) {
  const uint64_t lower = 0xffffffff;
  const LongWords both = reinterpret_cast<LongWords>(a);
  const LongWords even = (both & lower) * factor, odd = (both >> 32) * factor;
  return {reinterpret_cast<Words>((even >> 32) | (odd & ~lower)),
          reinterpret_cast<Words>((even & lower) | (odd << 32))};
}

// What the key makes of the counters first, first + 1 ... first + LANES - 1, of 128 bits each, the
// upper half of them 0. `first` is a multiple of LANES.
inline Drawn philox(uint64_t key, uint64_t first) {
  Words c0 = Words{} + static_cast<uint32_t>(first);
  for (int64_t lane = 0; lane < LANES; lane++) c0[lane] += static_cast<uint32_t>(lane);
  Words c1 = Words{} + static_cast<uint32_t>(first >> 32), c2{}, c3{};
  uint32_t k0 = static_cast<uint32_t>(key), k1 = static_cast<uint32_t>(key >> 32);
  for (int round = 0; round < 10; round++) {
    const Product32 a = times(c0, 0xD2511F53), b = times(c2, 0xCD9E8D57);
    c0 = b.high ^ c1 ^ k0;
    c2 = a.high ^ c3 ^ k1;
    c1 = b.low;
    c3 = a.low;
    k0 += 0x9E3779B9;
    k1 += 0xBB67AE85;
  }
  return {{c0, c1, c2, c3}};
}

// body(words, i) for every LANES numbers from `first`, a multiple of WORDS, up to `end` and beyond:
// number 64 g + 16 w + i takes word w of counter 16 g + i.
constexpr int64_t WORDS = 64;
static_assert(16 % LANES == 0);
template <class Body>
inline void each_words(uint64_t key, int64_t first, int64_t end, const Body body) {
  for (int64_t group = first; group < end; group += WORDS)
    for (int64_t lane = 0; lane < 16; lane += LANES) {
      const Drawn drawn = philox(key, static_cast<uint64_t>(group / 4 + lane));
      for (int64_t w = 0; w < 4; w++) body(drawn.word[w], group + 16 * w + lane);
    }
}

}  // namespace badak::BADAK_ISA
