// images.cpp -- copy a batch and look at every number on the way.
#include "elementwise/images.h"

#include "simd/simd.h"
#include "threads/threads.h"

namespace badak::BADAK_ISA {

void copy_finite(const float* from, float* to, int64_t count, bool* finite) {
  constexpr int64_t CHUNK = 1 << 15;
  const int64_t chunks = ceil_div(count, CHUNK);
  uint8_t* good = static_cast<uint8_t*>(scratch(Scratch::shared, static_cast<size_t>(chunks)));
  parallel_for(chunks, [&](int64_t chunk) {
    const int64_t end = minimum((chunk + 1) * CHUNK, count);
    // x - x is 0 if x is finite, else NaN; NaN stays in a sum.
    Vec odd{};
    int64_t i = chunk * CHUNK;
    for (; i + LANES <= end; i += LANES) {
      const Vec x = load(from + i);
      odd += x - x;
      store(to + i, x);
    }
    float rest = sum(odd);
    for (; i < end; i++) {
      rest += from[i] - from[i];
      to[i] = from[i];
    }
    good[chunk] = rest == 0;
  });
  *finite = true;
  for (int64_t chunk = 0; chunk < chunks; chunk++) *finite = *finite && good[chunk];
}

}  // namespace badak::BADAK_ISA
