// dropout.cpp -- dropout of pixels: the same numbers as elementwise/dropout.cpp drops of planes.
// Method: image by image, the words in the order of planes, each kept or dropped as a byte at its
// pixel's place; then the bytes choose, a vector of channels at a time.
// No precondition.
#include "pixels/dropout.h"

#include "elementwise/philox.h"
#include "threads/split.h"

namespace badak::BADAK_ISA {

namespace {

typedef uint8_t Bytes __attribute__((vector_size(LANES)));

// mask (places, c) of one image, from the words of its numbers first, first + 1 ... in planes.
void draw(uint64_t key, uint64_t threshold, int64_t first, int64_t places, int64_t c,
          uint8_t* mask) {
  const IntVec all = splat(threshold == 0 ? -1 : 0);
  const Words limit = Words{} + static_cast<uint32_t>(threshold - 1);
  const int64_t before = first % WORDS, size = places * c;
  auto* const drawn = static_cast<uint8_t*>(
      scratch(Scratch::other, static_cast<size_t>(before + size + 2 * WORDS)));
  each_words(key, first - before, first + size, [=](Words words, int64_t i) {
    const IntVec kept = ((words > limit) | all) & 1;
    const Bytes bytes = __builtin_convertvector(kept, Bytes);
    __builtin_memcpy(drawn + (i - first + before), &bytes, LANES);
  });
  for (int64_t channel = 0; channel < c; channel++) {
    const uint8_t* const plane = drawn + before + channel * places;
    for (int64_t place = 0; place < places; place++) mask[place * c + channel] = plane[place];
  }
}

// to = from where the bytes are 1, times a scale.
void choose(const Pixels& from, const uint8_t* mask, float scale, const Pixels& to, int64_t i) {
  const bool joined = from.step == from.c && to.step == to.c;
  const int64_t runs = joined ? 1 : from.w, length = joined ? from.w * from.c : from.c;
  const uint8_t* own = mask + i * from.h * from.w * from.c;
  for (int64_t y = 0; y < from.h; y++)
    for (int64_t run = 0; run < runs; run++, own += length) {
      const float* read = from.pixel(i, y, run);
      float* write = to.pixel(i, y, run);
      for (int64_t j = 0; j < length; j += LANES) {
        Bytes bytes;
        __builtin_memcpy(&bytes, own + j, LANES);
        const IntVec kept = __builtin_convertvector(bytes, IntVec);
        store_some(write + j, kept != 0 ? load(read + j) * scale : Vec{}, length - j);
      }
    }
}

}  // namespace

void pixels_dropout(const Pixels& x, const uint64_t* key, uint64_t threshold, float scale,
                    uint8_t* mask, const Pixels& y) {
  const int64_t size = x.h * x.w * x.c;
  in_groups(x.n, size, [&](int64_t i) {
    draw(*key, threshold, i * size, x.h * x.w, x.c, mask + i * size);
    choose(x, mask, scale, y, i);
  });
}

void pixels_dropout_backward(const Pixels& grad, const uint8_t* mask, float scale,
                             const Pixels& grad_x) {
  in_groups(grad.n, grad.h * grad.w * grad.c,
            [&](int64_t i) { choose(grad, mask, scale, grad_x, i); });
}

}  // namespace badak::BADAK_ISA
