// patch.h -- the cells of a window that lie inside the map, for pools of pixels.
#pragma once

#include "pixels/pixels.h"
#include "pool2d/window_bounds.h"
#include "simd/simd.h"

namespace badak::BADAK_ISA {

// The cells of one place: the first one's row and column, how many, how far apart.
struct Patch {
  int64_t top, left, rows, columns, down, along;
};

// The same cells in the memory of some maps.
struct Cells {
  float* first;
  int64_t row, step;

  Cells(const Pixels& x, int64_t image, const Patch& patch)
      : first(x.pixel(image, patch.top, patch.left)),
        row(x.row * patch.down),
        step(x.step * patch.along) {}
  float* operator()(int64_t k, int64_t l) const { return first + k * row + l * step; }
};

// body(k, l) for each cell, row by row; K: the cells are K x K, or 0 for any number.
template <int K, class Body>
inline void each_cell(const Patch& patch, const Body& body) {
  if constexpr (K > 0) {
#pragma GCC unroll 9
    for (int64_t cell = 0; cell < K * K; cell++) body(cell / K, cell % K);
  } else {
    for (int64_t k = 0; k < patch.rows; k++)
      for (int64_t l = 0; l < patch.columns; l++) body(k, l);
  }
}

// A window with one row of places.
class Line {
 public:
  Line(const Pixels& x, const Window& window, int64_t i, int64_t places)
      : window_(window), w_(x.w), places_(places) {
    const int64_t top = i * window.sh - window.top;
    const Range rows = cells_inside(top, window.kh, window.dh, x.h);
    patch_ = {top + rows.first * window.dh, 0, rows.end - rows.first, 0, window.dh, window.dw};
    inner_ = inner_places(places, window.sw, window.left, (window.kw - 1) * window.dw + 1, x.w);
    if (patch_.rows == window.kw && window.kw <= 3) square_ = static_cast<int>(window.kw);
  }

  int64_t end() const { return patch_.top + (patch_.rows - 1) * patch_.down + 1; }  // in x

  // body(std::integral_constant<int, K>, patch, j) for all places; K as in each_cell.
  template <class Body>
  void each_patch(const Body& body) const {
    Patch patch = patch_;
    for (int64_t j = 0; j < places_; j++) {
      const bool inside = inner_.first <= j && j < inner_.end;
      const int64_t left = j * window_.sw - window_.left;
      const Range columns =
          inside ? Range{0, window_.kw} : cells_inside(left, window_.kw, window_.dw, w_);
      patch.left = left + columns.first * window_.dw;
      patch.columns = columns.end - columns.first;
      if (inside && square_ == 2)
        body(std::integral_constant<int, 2>(), patch, j);
      else if (inside && square_ == 3)
        body(std::integral_constant<int, 3>(), patch, j);
      else
        body(std::integral_constant<int, 0>(), patch, j);
    }
  }

 private:
  const Window window_;
  int64_t w_, places_;
  int square_ = 0;
  Patch patch_;
  Range inner_;
};

}  // namespace badak::BADAK_ISA
