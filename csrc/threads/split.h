// split.h -- work in pieces whose borders depend on its size alone, never on the threads.
#pragma once

#include "simd/simd.h"
#include "threads/threads.h"

namespace badak::BADAK_ISA {

// About this many numbers are worth handing to another thread; fewer run on the caller's.
constexpr int64_t GRAIN = 1 << 14;

// body(first, size) for pieces of at most GRAIN numbers of an array, in parallel.
template <class Body>
inline void in_chunks(int64_t count, const Body& body) {
  parallel_for(ceil_div(count, GRAIN), [&](int64_t chunk) {
    const int64_t first = chunk * GRAIN;
    body(first, minimum(GRAIN, count - first));
  });
}

// How many items of `numbers` numbers each make one piece of work.
inline int64_t group_size(int64_t numbers) {
  return maximum<int64_t>(1, GRAIN / maximum<int64_t>(1, numbers));
}

// body(i) for i < count, in parallel, small items several to a piece.
template <class Body>
inline void in_groups(int64_t count, int64_t numbers, const Body& body) {
  const int64_t group = group_size(numbers);
  parallel_for(ceil_div(count, group), [&](int64_t piece) {
    const int64_t end = minimum(count, (piece + 1) * group);
    for (int64_t i = piece * group; i < end; i++) body(i);
  });
}

// y[i] = function(inputs[i]...) for first <= i < end. By value, so that all stays in registers.
template <class Function, class... Input>
inline void map_range(int64_t first, int64_t end, float* y, const Function function,
                      const Input*... inputs) {
  int64_t i = first;
  for (; i + LANES <= end; i += LANES) store(y + i, function(load(inputs + i)...));
  if (i < end) store_first(y + i, function(load_first(inputs + i, end - i)...), end - i);
}

// y[i] = function(inputs[i]...), LANES numbers at a time, in parallel. y may be one of the inputs.
template <class Function, class... Input>
inline void map(int64_t count, float* y, const Function& function, const Input*... inputs) {
  in_chunks(count, [&](int64_t first, int64_t size) {
    map_range(first, first + size, y, function, inputs...);
  });
}

}  // namespace badak::BADAK_ISA
