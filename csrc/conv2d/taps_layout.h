// taps_layout.h -- an image laid out so that each tap of a kernel reads its places from one run of
// memory.
//
// A tap is a cell of the kernel. At place (i, j) it meets the image at row i * row_step + row and
// column j * column_step + column of its own. For every distinct column there is one plane: the
// image's rows with just the columns that its taps meet, zeros where they lie outside; the rows in
// order of their remainder by row_step. So a tap's places (i, 0), (i, 1) ... (i + 1, 0) ... lie
// side by side: the matrix product reads them as a row of b, and im2col's KH * KW copies of the
// image shrink to KW.
#pragma once

#include "simd/simd.h"
#include "threads/threads.h"

namespace badak::BADAK_ISA {

// Taps along one axis: where they meet the image at place 0, and how far from place to place.
struct Taps {
  const int64_t* at;
  int64_t count, step;
};

inline int64_t floor_div(int64_t a, int64_t b) { return a >= 0 ? a / b : -((-a + b - 1) / b); }

// The layout for `places_h` x `places_w` places of any image; made once, used by all threads.
struct TapsLayout {
  Taps rows, columns;
  int64_t h, w;  // of the image
  int64_t places_w;
  int64_t *shift, shifts;  // distinct columns
  int64_t *phase, phases;  // distinct remainders of rows
  int64_t first;           // smallest quotient of rows
  int64_t reach;           // rows of a plane beyond its places
  const int32_t* mask;     // see make_masks

  static int64_t index_of(const int64_t* values, int64_t count, int64_t value) {
    int64_t i = 0;
    while (i < count && values[i] != value) i++;
    return i;
  }

  // `memory` holds rows.count + columns.count numbers.
  TapsLayout(Taps rows_, Taps columns_, int64_t h_, int64_t w_, int64_t places_w_, int64_t* memory)
      : rows(rows_),
        columns(columns_),
        h(h_),
        w(w_),
        places_w(places_w_),
        shift(memory),
        shifts(0),
        phase(memory + columns_.count),
        phases(0),
        first(INT64_MAX),
        reach(0),
        mask(nullptr) {
    for (int64_t v = 0; v < columns.count; v++)
      if (index_of(shift, shifts, columns.at[v]) == shifts) shift[shifts++] = columns.at[v];
    int64_t last = INT64_MIN;
    for (int64_t u = 0; u < rows.count; u++) {
      const int64_t quotient = floor_div(rows.at[u], rows.step);
      const int64_t remainder = rows.at[u] - quotient * rows.step;
      if (index_of(phase, phases, remainder) == phases) phase[phases++] = remainder;
      first = minimum(first, quotient);
      last = maximum(last, quotient);
    }
    reach = rows.count == 0 ? 0 : last - first;
    first = rows.count == 0 ? 0 : first;
  }

  int64_t plane(int64_t places_h) const { return (places_h + reach) * places_w; }
  int64_t channel(int64_t places_h) const { return shifts * phases * plane(places_h); }
  // What a buffer for so many channels needs: a tile reads past the last place.
  int64_t size(int64_t channels, int64_t places_h) const {
    return channels * channel(places_h) + 5 * LANES;
  }

  // offsets[(c * rows + u) * columns + v]: where the tap's places begin.
  void offsets(int64_t channels, int64_t places_h, int64_t* to) const {
    const int64_t count = rows.count * columns.count, size = plane(places_h);
    for (int64_t u = 0; u < rows.count; u++) {
      const int64_t quotient = floor_div(rows.at[u], rows.step);
      const int64_t p = index_of(phase, phases, rows.at[u] - quotient * rows.step);
      for (int64_t v = 0; v < columns.count; v++) {
        const int64_t s = index_of(shift, shifts, columns.at[v]);
        to[u * columns.count + v] = (s * phases + p) * size + (quotient - first) * places_w;
      }
    }
    for (int64_t c = 1; c < channels; c++)
      for (int64_t tap = 0; tap < count; tap++)
        to[c * count + tap] = to[tap] + c * channel(places_h);
  }

  // Whether image rows and place rows have the same length and meet one for one.
  bool whole() const { return rows.step == 1 && columns.step == 1 && w == places_w; }

  // Masks keep what lies inside the image: of a whole map, (shifts, h * w), where rows are laid out
  // all at once; else of one row, (shifts, columns in whole vectors).
  bool by_map() const { return whole() && h * w <= (1 << 12); }
  int64_t mask_length() const { return by_map() ? h * w : ceil_div(places_w, LANES) * LANES; }
  void make_masks(int32_t* to) {
    mask = to;
    const int64_t length = by_map() ? w : mask_length();
    for (int64_t s = 0; s < shifts; s++, to += mask_length()) {
      for (int64_t j = 0; j < length; j++) {
        const int64_t x = j * columns.step + shift[s];
        to[j] = j < places_w && x >= 0 && x < w ? -1 : 0;
      }
      for (int64_t q = length; q < mask_length(); q += length)  // the other rows of a map
        __builtin_memcpy(to + q, to, static_cast<size_t>(length) * sizeof(int32_t));
    }
  }

  // Lay out `channels` of an image for the places of rows from.. from + places_h. Nothing is read
  // outside [begin, end).
  void fill(const float* image, int64_t channels, int64_t from, int64_t places_h, float* to,
            const float* begin, const float* end) const {
    const int64_t height = places_h + reach;
    float* const start = to;
    for (int64_t c = 0; c < channels; c++, image += h * w)
      for (int64_t s = 0; s < shifts; s++)
        for (int64_t p = 0; p < phases; p++, to += height * places_w) {
          const int64_t top = (from + first) * rows.step + phase[p];  // image row of the first
          if (by_map())
            fill_map(image, s, top, height, to, begin, end);
          else
            fill_rows(image, s, top, height, to, begin, end);
        }
    clear(start + channels * channel(places_h), 5 * LANES);
  }

 private:
  // One plane at a time: the image itself, moved by the shift, with the masked columns zero.
  void fill_map(const float* image, int64_t s, int64_t top, int64_t height, float* to,
                const float* begin, const float* end) const {
    const int64_t above = minimum(maximum<int64_t>(-top, 0), height);
    const int64_t below = minimum(maximum<int64_t>(h - top, above), height);
    clear(to, above * w);
    const float* from = image + (top + above) * w + shift[s];
    const int32_t* keep = mask + s * h * w + (top + above) * w;
    const int64_t count = (below - above) * w;
    to += above * w;
    int64_t i = 0;
    for (; i < count && from + i < begin; i++) to[i] = keep[i] ? from[i] : 0.0f;
    for (; i + LANES <= count && from + i + LANES <= end; i += LANES)
      store_bits(to + i, load_bits(from + i) & load_bits(keep + i));
    for (; i < count; i++) to[i] = keep[i] ? from[i] : 0.0f;
    clear(to + count, (height - below) * w);
  }

  // One plane, row by row; up to a vector after it may be overwritten (by the next, or the slack).
  void fill_rows(const float* image, int64_t s, int64_t top, int64_t height, float* to,
                 const float* begin, const float* end) const {
    const float* first = image + top * w + shift[s];
    const int64_t step = rows.step * w;
    // Rows of one vector, as in small maps: the mask stays in a register.
    if (columns.step == 1 && places_w <= LANES && top >= 0 && first >= begin &&
        top + (height - 1) * rows.step < h && first + (height - 1) * step + LANES <= end) {
      const IntVec keep = load_bits(mask + s * mask_length());
      for (int64_t row = 0; row < height; row++)
        store_bits(to + row * places_w, load_bits(first + row * step) & keep);
      return;
    }
    for (int64_t row = 0; row < height; row++)
      fill_row(image, s, top + row * rows.step, to + row * places_w, begin, end);
  }

  // One row.
  void fill_row(const float* image, int64_t s, int64_t y, float* to, const float* begin,
                const float* end) const {
    if (y < 0 || y >= h) {
      for (int64_t j = 0; j < places_w; j += LANES) store(to + j, Vec{});
      return;
    }
    const int64_t step = columns.step;
    const int32_t* keep = mask + s * mask_length();
    const float* from = image + y * w + shift[s];
    for (int64_t j = 0; j < places_w; j += LANES, keep += LANES) {
      const float* first = from + j * step;
      if (first < begin || first + LANES * step > end || step == 3 || step > 4) {
        for (int64_t i = 0; i < LANES; i++) to[j + i] = keep[i] ? first[i * step] : 0.0f;
        continue;
      }
      const Vec row = step == 1   ? load(first)
                      : step == 2 ? every_second(first)
                                  : every_fourth(first);
      store_bits(to + j, (IntVec)row & load_bits(keep));
    }
  }

  static Vec every_second(const float* from) {
    Vec even, odd;
    split_pairs(load(from), load(from + LANES), even, odd);
    return even;
  }
  static Vec every_fourth(const float* from) {
    Vec even, odd;
    split_pairs(every_second(from), every_second(from + 2 * LANES), even, odd);
    return even;
  }
};

}  // namespace badak::BADAK_ISA
