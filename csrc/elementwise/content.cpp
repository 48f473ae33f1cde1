// content.cpp -- a 64-bit hash of an array's bytes, at the speed at which memory is read.
// Method: every word is multiplied half by half with itself, as in NH (Black et al. 1999), and the
// sum turned before the next, so that neither a changed nor an exchanged number goes unseen. It is
// no protection against someone who looks for two arrays with the same hash.
#include "elementwise/content.h"

#include "simd/simd.h"

namespace badak::BADAK_ISA {

namespace {

constexpr int64_t WORDS = LANES / 2, SUMS = 4, BLOCK = WORDS * SUMS;
typedef uint64_t Words __attribute__((vector_size(LANES * 4)));
typedef uint64_t UnalignedWords __attribute__((vector_size(LANES * 4), aligned(1), may_alias));

inline uint64_t mixed(uint64_t word) {
  word = (word ^ (word >> 30)) * 0xbf58476d1ce4e5b9u;
  word = (word ^ (word >> 27)) * 0x94d049bb133111ebu;
  return word ^ (word >> 31);
}

inline void take(const char* block, const Words* keys, Words* sums) {
  for (int64_t i = 0; i < SUMS; i++) {
    const Words word = *reinterpret_cast<const UnalignedWords*>(block + i * LANES * 4);
    const Words keyed = word ^ keys[i];
    sums[i] = ((sums[i] << 13) | (sums[i] >> 51)) + (keyed & 0xffffffffu) * (keyed >> 32) + word;
  }
}

}  // namespace

void content_hash(const void* bytes, int64_t count, uint64_t* hash) {
  Words keys[SUMS], sums[SUMS] = {};
  for (int64_t i = 0; i < BLOCK; i++) keys[i / WORDS][i % WORDS] = mixed(static_cast<uint64_t>(i));
  const char* at = static_cast<const char*>(bytes);
  const char* const end = at + count;
  for (; end - at >= BLOCK * 8; at += BLOCK * 8) take(at, keys, sums);
  char rest[BLOCK * 8] = {};
  memcpy(rest, at, static_cast<size_t>(end - at));
  take(rest, keys, sums);
  uint64_t total = mixed(static_cast<uint64_t>(count));
  for (int64_t i = 0; i < BLOCK; i++) total = mixed(total ^ sums[i / WORDS][i % WORDS]);
  *hash = total;
}

}  // namespace badak::BADAK_ISA
