// split_arrays.h -- several arrays of any sizes, cut into pieces of work.
#pragma once

#include "threads/split.h"

namespace badak::BADAK_ISA {

// Numbers [first, first + size) of one array, and the result of the body there.
struct Piece {
  int64_t array, first, size;
  double result;
};

// Cut `arrays` arrays, of count_of(array) numbers each, into pieces of at most GRAIN, in their
// order; call body(piece) for each, in parallel; then finish(piece) for each, in order.
template <class CountOf, class Body, class Finish>
inline void in_pieces(int64_t arrays, const CountOf& count_of, const Body& body,
                      const Finish& finish) {
  int64_t count = 0, numbers = 0;
  for (int64_t array = 0; array < arrays; array++) {
    count += ceil_div(count_of(array), GRAIN);
    numbers += count_of(array);
  }
  Piece* pieces =
      static_cast<Piece*>(scratch(Scratch::partial, static_cast<size_t>(count) * sizeof(Piece)));
  Piece* next = pieces;
  for (int64_t array = 0; array < arrays; array++)
    for (int64_t first = 0; first < count_of(array); first += GRAIN)
      *next++ = {array, first, minimum(GRAIN, count_of(array) - first), 0};
  if (numbers <= GRAIN)  // not worth another thread, however many arrays there are
    for (int64_t i = 0; i < count; i++) body(pieces[i]);
  else
    parallel_for(count, [&](int64_t i) { body(pieces[i]); });
  for (int64_t i = 0; i < count; i++) finish(pieces[i]);
}

}  // namespace badak::BADAK_ISA
