// depthwise.cpp -- convolution of pixels, each channel with one filter of its own.
//
// Method: strips of two rows in tiles of up to six columns; in a tile vector after vector of
// channels (depthwise_tile.h). 3x3 and 5x5 of stride 1 and 2 have tiles of their own, kernels up to
// 7 wide go row of taps after row, all else tap after tap. Where channels fill a half or less of
// a vector, it holds several pixels.
// Gradient of x: at stride 1 the same with the kernel turned round; else the rows and columns of
// each remainder by stride are such a convolution with the taps that meet them.
// Precondition: frames as conv.h says. Share of one core's peak (Zen 4, AVX-512): 3x3 70-88 % at
// stride 1, 50-65 at stride 2; 5x5 75-92, 7x7 93; gradient of x 60-87, at stride 2 30-40.
#include "pixels/depthwise.h"

#include "pixels/depthwise_tile.h"
#include "threads/split.h"

namespace badak::BADAK_ISA {

namespace {

template <int SW>
const TileTable& rows_table(int64_t kw) {
  switch (kw) {
    case 1:
      return TABLE<RowsOf<1, SW>>;
    case 2:
      return TABLE<RowsOf<2, SW>>;
    case 3:
      return TABLE<RowsOf<3, SW>>;
    case 4:
      return TABLE<RowsOf<4, SW>>;
    case 5:
      return TABLE<RowsOf<5, SW>>;
    case 7:
      return TABLE<RowsOf<7, SW>>;
    default:
      return TABLE<AnyKernel>;
  }
}

constexpr float INFINITE = std::numeric_limits<float>::infinity();

const TileTable& table_for(const Window& k) {
  if (k.dw != 1 || k.sw > 2) return TABLE<AnyKernel>;
  const auto is = [&](int64_t size, int64_t sh, int64_t sw) {
    return k.kh == size && k.kw == size && k.sh == sh && k.sw == sw && k.dh == 1;
  };
  if (is(2, 1, 1)) return TABLE<Fixed<2, 2, 1, 1>>;  // of a gradient at stride 2
  if (is(1, 1, 1)) return TABLE<Fixed<1, 1, 1, 1>>;
  if (is(3, 1, 1)) return TABLE<Fixed<3, 3, 1, 1>>;
  if (is(3, 1, 2)) return TABLE<Fixed<3, 3, 1, 2>>;
  if (is(3, 2, 2)) return TABLE<Fixed<3, 3, 2, 2>>;
  if (is(5, 1, 1)) return TABLE<Fixed<5, 5, 1, 1>>;
  if (is(5, 2, 2)) return TABLE<Fixed<5, 5, 2, 2>>;
  return k.sw == 1 ? rows_table<1>(k.kw) : rows_table<2>(k.kw);
}

// Rows of one or two as tiles whose widths differ by one at most.
class Rows {
 public:
  Rows(const Rows&) = delete;
  Rows(const Sweep& sweep, int64_t columns, bool pixels_touch)
      : sweep_(sweep), rest_(sweep), rest_c_(0) {
    const int64_t several = pixels_in_vector(sweep.c);
    if (several > 1 && pixels_touch && sweep.window.sw == 1) {
      rest_c_ = columns % several * sweep.c;
      columns /= several;
      sweep_.window.sw = several;
      sweep_.y_step = sweep_.add_step = sweep_.c = LANES;
      if (sweep.finish.bias != nullptr) {
        for (int64_t lane = 0; lane < LANES; lane++)
          bias_[lane] = sweep.finish.bias[lane % sweep.c];
        sweep_.finish.bias = bias_;
      }
      rest_ = sweep_;
      rest_.c = rest_c_;
    }
    table_ = &table_for(sweep_.window);
    const int64_t count = ceil_div(columns, TILE_COLUMNS);
    wide_ = count > 0 ? ceil_div(columns, count) : 0;
    narrow_count_ = count * wide_ - columns;
    wide_count_ = count - narrow_count_;
  }

  void run(int64_t rows, const float* x, const float* add, float* y) const {
    const auto& tiles = table_->of[rows - 1];
    const auto go = [&](const Sweep& sweep, int64_t wide, int64_t count) {
      if (count == 0) return;
      tiles[wide - 1](sweep, x, add, y, count);
      x += count * wide * sweep.window.sw * sweep.x_step;
      y += count * wide * sweep.y_step;
      if (add != nullptr) add += count * wide * sweep.add_step;
    };
    go(sweep_, wide_, wide_count_);
    go(sweep_, wide_ - 1, narrow_count_);
    go(rest_, 1, rest_c_ > 0);
  }

 private:
  Sweep sweep_, rest_;
  const TileTable* table_;
  int64_t wide_, wide_count_, narrow_count_, rest_c_;
  float bias_[LANES];  // of several pixels in a vector
};

Sweep sweep_of(const Window& window, const Pixels& x, const float* packed, const Finish& finish,
               const Pixels& y) {
  Sweep sweep{window, x.step, x.row, y.step, y.row, 0, 0, x.c, packed, finish, false};
  sweep.limited = finish.low > -INFINITE || finish.high < INFINITE;
  if (finish.add != nullptr) {
    sweep.add_step = finish.add->step;
    sweep.add_row = finish.add->row;
  }
  return sweep;
}

const float* first_read(const Window& window, const Pixels& x, int64_t i, int64_t row) {
  return x.pixel(i, row * window.sh - window.top, -window.left);
}

Vec larger_or_nan(Vec a, Vec b) { return (a < b) | (b != b) ? b : a; }

// Two rows -> one row.
void pool_rows(const Pixels& rows, float* y, int64_t y_step, int64_t columns) {
  for (int64_t column = 0; column < columns; column++, y += y_step)
    for (int64_t c = 0; c < rows.c; c += LANES) {
      const float* const at = rows.pixel(0, 0, 2 * column) + c;
      const float* const below = at + rows.row;
      const Vec top = larger_or_nan(load(at), load(at + rows.step));
      const Vec bottom = larger_or_nan(load(below), load(below + rows.step));
      store_some(y + c, larger_or_nan(top, bottom), rows.c - c);
    }
}

void pooled(const Window& window, const Pixels& x, const float* packed, const Finish& finish,
            const Pixels& y) {
  const int64_t step = ceil_div(y.c, LANES) * LANES, row = 2 * y.w * step;
  in_groups(y.n * y.h, 4 * y.w * y.c, [&](int64_t index) {
    const int64_t i = index / y.h, oy = index % y.h;
    float* const memory = scratch_floats(Scratch::columns, 2 * row);
    const Pixels raw{memory, 1, 2, 2 * y.w, y.c, step, row, 2 * row};
    const Rows rows(sweep_of(window, x, packed, finish, raw), raw.w, false);
    const float* const add = finish.add == nullptr ? nullptr : finish.add->pixel(i, 2 * oy, 0);
    rows.run(2, first_read(window, x, i, 2 * oy), add, memory);
    pool_rows(raw, y.pixel(i, oy, 0), y.step, y.w);
  });
}

// A convolution, or one of those that together are a gradient: y has as many rows and columns as
// the window has places.
struct Part {
  Window window;
  Pixels y;
  const float* packed;
};

// Strips of two rows to a piece of work: sixteen pieces, unless they grow too small or too large.
int64_t strips_together(int64_t strips, int64_t numbers) {  // of a strip
  const int64_t all = strips * numbers;
  const int64_t wanted = minimum(maximum(all / 16, GRAIN / 4), 2 * GRAIN);
  return maximum<int64_t>(1, ceil_div(strips, maximum<int64_t>(1, all / wanted)));
}

void convolve(const Part* parts, int64_t count, const Pixels& x, const Finish& finish) {
  int64_t h = 0, numbers = 0;
  for (const Part* part = parts; part < parts + count; part++) {
    h = maximum(h, part->y.h);
    numbers += TILE_ROWS * part->y.w * x.c * part->window.kh * part->window.kw / 9;
  }
  const int64_t strips = ceil_div(h, TILE_ROWS), all = x.n * strips;
  const int64_t group = strips_together(all, numbers);
  parallel_for(ceil_div(all, group), [&](int64_t piece) {
    for (const Part* part = parts; part < parts + count; part++) {
      const Pixels& y = part->y;
      const bool together = touch(x) && touch(y) && (finish.add == nullptr || touch(*finish.add));
      const Rows rows(sweep_of(part->window, x, part->packed, finish, y), y.w, together);
      for (int64_t strip = piece * group; strip < minimum(all, (piece + 1) * group); strip++) {
        const int64_t i = strip / strips, row = strip % strips * TILE_ROWS;
        if (row < y.h)
          rows.run(minimum(TILE_ROWS, y.h - row), first_read(part->window, x, i, row),
                   finish.add == nullptr ? nullptr : finish.add->pixel(i, row, 0),
                   y.pixel(i, row, 0));
      }
    }
  });
}

// weight[c * cells + tap], for the taps of a rectangle of a kernel of kw columns, its first tap
// and its steps -> [vector of channels][tap][LANES]; several times if pixels share a vector.
struct Rectangle {
  int64_t first, rows, columns, row, column;
};
float* pack(int64_t channels, int64_t cells, const Rectangle& taps, const float* weight,
            float* packed) {
  for (int64_t c = 0; c < channels; c += LANES, weight += LANES * cells)
    for (int64_t a = 0; a < taps.rows; a++)
      for (int64_t b = 0; b < taps.columns; b++, packed += LANES) {
        const float* const from = weight + taps.first + a * taps.row + b * taps.column;
        const int64_t count = channels - c;
        if (count >= LANES)
          for (int64_t lane = 0; lane < LANES; lane++) packed[lane] = from[lane * cells];
        else
          for (int64_t lane = 0; lane < LANES; lane++) packed[lane] = from[lane % count * cells];
      }
  return packed;
}

// Rows (or columns) of x that leave the same remainder by stride, and the taps that meet them.
struct Remainder {
  int64_t first, size;          // of the rows: first, first + stride ...
  int64_t tap, tap_step, taps;  // the first tap, from one to the next, how many
  int64_t dilation, padding;    // of the convolution of stride 1 that they make of grad_y

  Remainder(int64_t remainder, int64_t rows, int64_t kernel, int64_t stride, int64_t d,
            int64_t before) {
    first = ((remainder - before) % stride + stride) % stride;
    size = first < rows ? ceil_div(rows - first, stride) : 0;
    tap = 0, tap_step = 1;
    while (tap < kernel && tap * d % stride != remainder) tap++;
    while (tap_step * d % stride != 0) tap_step++;
    taps = tap < kernel ? ceil_div(kernel - tap, tap_step) : 0;
    dilation = tap_step * d / stride;
    padding = (taps - 1) * dilation - (first + before - tap * d) / stride;
  }
  int64_t last() const { return tap + (taps - 1) * tap_step; }
};

}  // namespace

int64_t depthwise_size(const Convolution& conv) {
  return ceil_div(conv.f, LANES) * LANES * conv.cells();
}

void depthwise_pack(const Convolution& conv, const float* weight, float* packed) {
  const int64_t kh = conv.window.kh, kw = conv.window.kw;
  pack(conv.f, kh * kw, {0, kh, kw, kw, 1}, weight, packed);
}

void depthwise(const Convolution& conv, const Pixels& x, const float* packed, const Finish& finish,
               const Pixels& y) {
  if (finish.pool) return pooled(conv.window, x, packed, finish, y);
  const Part whole{conv.window, y, packed};
  convolve(&whole, 1, x, finish);
}

void depthwise_grad_x(const Convolution& conv, const Pixels& grad_y, const float* weight,
                      const Pixels& grad_x) {
  const Window& k = conv.window;
  const int64_t cells = conv.cells(), count = k.sh * k.sw;  // of remainders
  float* packed = scratch_floats(Scratch::weight, depthwise_size(conv));
  Part* const parts = static_cast<Part*>(scratch(Scratch::offsets, sizeof(Part) * count));
  for (int64_t index = 0; index < count; index++) {
    const Remainder row(index / k.sw, grad_x.h, k.kh, k.sh, k.dh, k.top);
    const Remainder column(index % k.sw, grad_x.w, k.kw, k.sw, k.dw, k.left);
    Pixels to = grad_x;
    to.at = grad_x.pixel(0, row.first, column.first);
    to.h = row.size, to.w = column.size, to.row *= k.sh, to.step *= k.sw;
    const Window window{row.taps,     column.taps,    1, 1, row.padding, column.padding,
                        row.dilation, column.dilation};
    parts[index] = {window, to, packed};
    const int64_t last = row.last() * k.kw + column.last();
    packed =
        pack(conv.f, cells, {last, row.taps, column.taps, -row.tap_step * k.kw, -column.tap_step},
             weight, packed);
  }
  convolve(parts, count, grad_y, {});
}

}  // namespace badak::BADAK_ISA
