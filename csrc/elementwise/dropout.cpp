// dropout.cpp -- as badak.ops.reference.dropout, with its own generator: it drops other numbers
// than the reference does, in the same share.
//   x, y, mask: `count` numbers, C-contiguous; key: one number, read when the kernel runs.
// Method: Philox4x32-10 at counters 0, 1, 2 ... Number 64 g + 16 w + i takes word w of counter
// 16 g + i, whatever the width of the vectors: the same key drops the same on every processor.
// No precondition.
#include "elementwise/dropout.h"

#include "elementwise/philox.h"
#include "threads/split.h"

namespace badak::BADAK_ISA {

static_assert(GRAIN % WORDS == 0);

namespace {
typedef int8_t Bytes __attribute__((vector_size(LANES)));  // of a mask
}  // namespace

void dropout(const float* x, const uint64_t* key, float* y, bool* mask, int64_t count,
             uint64_t threshold, float scale) {
  const IntVec all = splat(threshold == 0 ? -1 : 0);
  const Words limit = Words{} + static_cast<uint32_t>(threshold - 1);
  in_chunks(count, [=](int64_t start, int64_t size) {
    each_words(*key, start, start + size, [=](Words words, int64_t i) {
      const IntVec kept = (words > limit) | all;
      const Bytes bytes = __builtin_convertvector(kept & 1, Bytes);
      if (i + LANES <= count) {
        store(y + i, kept ? load(x + i) * scale : Vec{});
        __builtin_memcpy(mask + i, &bytes, LANES);
      } else if (i < count) {
        store_first(y + i, kept ? load_first(x + i, count - i) * scale : Vec{}, count - i);
        __builtin_memcpy(mask + i, &bytes, static_cast<size_t>(count - i));
      }
    });
  });
}

void dropout_backward(const float* grad_y, const bool* mask, float* grad_x, int64_t count,
                      float scale) {
  in_chunks(count, [=](int64_t start, int64_t size) {
    for (int64_t i = start; i < start + size; i += LANES) {
      const int64_t left = start + size - i;
      Bytes bytes{};
      if (left >= LANES)
        __builtin_memcpy(&bytes, mask + i, LANES);
      else
        __builtin_memcpy(&bytes, mask + i, static_cast<size_t>(left));
      const IntVec kept = __builtin_convertvector(bytes, IntVec) != 0;
      store_some(grad_x + i, kept ? load_some(grad_y + i, left) * scale : Vec{}, left);
    }
  });
}

void random_words(const uint64_t* key, uint32_t* words, int64_t count) {
  in_chunks(count, [=](int64_t start, int64_t size) {
    each_words(*key, start, start + size, [=](Words drawn, int64_t i) {
      if (i < count)
        __builtin_memcpy(words + i, &drawn, static_cast<size_t>(minimum(LANES, count - i)) * 4);
    });
  });
}

}  // namespace badak::BADAK_ISA
