// several.cpp -- the same numbers as badak.ops.reference.several, for float.
//   Any number of arrays of any sizes, C-contiguous.
// Method: the arrays in pieces; their results are put together in order. Squares are
// added in double, in which no float's square overflows or vanishes. Limited by memory.
// No precondition.
#include "elementwise/several.h"

#include "simd/finite.h"
#include "simd/sums.h"
#include "threads/split_arrays.h"

namespace badak::BADAK_ISA {

void first_not_finite(const Span* spans, int64_t count, int64_t* first) {
  int64_t faulty = -1;
  in_pieces(
      count, [=](int64_t i) { return spans[i].count; },
      [=](Piece& piece) {
        const float* numbers = spans[piece.array].numbers + piece.first;
        Magnitude magnitude;
        each_vec(piece.size, [&](Vec x) { magnitude.see(x); }, numbers);
        piece.result = magnitude.finite() ? 0 : 1;
      },
      [&](const Piece& piece) {
        if (piece.result != 0 && faulty < 0) faulty = piece.array;
      });
  *first = faulty;
}

void norm(const Span* spans, int64_t count, double* norm) {
  double total = 0;
  in_pieces(
      count, [=](int64_t i) { return spans[i].count; },
      [=](Piece& piece) {
        Sum sum;
        each_vec(
            piece.size, [&](Vec x) { sum.add_square(x); },
            spans[piece.array].numbers + piece.first);
        piece.result = sum.total();
      },
      [&](const Piece& piece) { total += piece.result; });
  *norm = __builtin_sqrt(total);
}

}  // namespace badak::BADAK_ISA
