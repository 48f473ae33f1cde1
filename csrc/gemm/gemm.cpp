// gemm.cpp -- the matrix product of float matrices of any orientation, with bias and ReLU.
//   The same numbers as NumPy's a @ b (+ bias, maximum with 0), each summed over k in a fixed
//   order.
// Method: c is cut into blocks, and if it has few tiles, k is cut as well. A block is one item of
// work: for each slice of k it packs its columns of b into tile order, in memory of its thread that
// stays in L2, and multiplies them with the rows of a, packed before, tile by tile; c's numbers
// come to L1 meanwhile. What few tiles would read is not packed: a if c has few columns, b if it
// has few rows. Up to four rows are done as dot products. No precondition. Reaches 85 to 92 % of a
// Zen 4 core's FMA peak at 1024 and 2048, in all four orientations (OpenBLAS beside it: 81 to 87
// %).
#include "gemm/gemm.h"

#include <time.h>

#include "gemm/gemm_rows.h"
#include "gemm/register_tile.h"
#include "simd/transpose.h"
#include "threads/threads.h"

namespace badak::BADAK_ISA {

namespace {

constexpr int64_t PANEL = 2 * LANES;  // columns of a tile of b
constexpr int64_t SLICE = 384;        // of k: a tile's slice of b is 48 KiB on AVX-512
constexpr int64_t SHORT_SLICE = 192;  // if each panel is multiplied at once, see by_panels
constexpr int64_t BLOCK_TILES = 22;   // row tiles of a block of c, at most
constexpr int64_t BLOCK_PANELS = 12;  // panels of a block of c, at most
constexpr int64_t AHEAD = 8;          // rows of b that are fetched before they are packed
constexpr int64_t FEW_PANELS = 4;     // up to so many, a is read where it lies
constexpr int64_t FEW_TILE_ROWS = 4;  // tiles one above the other, up to which b is read in place
constexpr int64_t FITS = 1 << 17;     // numbers of b, if it is read in place
constexpr int64_t LONG = 256;         // of k: the shortest part worth an item of its own
constexpr int64_t FEW_TILES = 48;     // of c, if k is worth cutting
constexpr int64_t ITEMS = 8;          // as many are wanted before k is cut
constexpr int64_t FEW_ROWS = 4;       // rows of a so few that packing b would cost more
constexpr int64_t SOME_ROWS = 128;    // rows of a up to which b is read in place, see gemm_rows.h
constexpr int64_t WORK = 1 << 16;     // multiply-adds of an item, at least

// Rows start.. of a as [k][height].
void pack_rows(const Product& p, int64_t start, int64_t height, int64_t from, int64_t depth,
               float* to) {
  const float* a = p.a + start * p.a_row + from * p.a_column;
  if (p.a_column == 1) {
    transpose_strip(a, p.a_row, height, depth, to, height);
  } else {
    for (int64_t q = 0; q < depth; q++, a += p.a_column, to += height)
      for (int64_t i = 0; i < height; i++) to[i] = a[i * p.a_row];
  }
}

// Columns start.. of b in panels of [k][PANEL]; what follows the last column is not used.
// AHEAD rows are fetched before they are needed, or, of a single panel, the next one.
void pack_columns(const Product& p, int64_t start, int64_t columns, int64_t from, int64_t depth,
                  float* to) {
  const float* b = p.b + from * p.b_row + start * p.b_column;
  const int64_t panels = ceil_div(columns, PANEL);
  if (p.b_row == 1) {
    for (int64_t j = 0; j < columns; j += LANES)
      transpose_strip(b + j * p.b_column, p.b_column, minimum(LANES, columns - j), depth,
                      to + j / PANEL * PANEL * depth + j % PANEL, PANEL);
    return;
  }
  for (int64_t q = 0; q < depth; q++, to += PANEL, b += p.b_row)
    for (int64_t panel = 0; panel < panels; panel++) {
      float* row = to + panel * PANEL * depth;
      const float* wide = b + panel * PANEL * p.b_column;
      const int64_t width = columns - panel * PANEL;
      if (p.b_column == 1) {
        if (panels == 1) {
          __builtin_prefetch(wide + PANEL, 0, 2);  // to L2: the rows may meet in few lines of L1
          __builtin_prefetch(wide + PANEL + LANES, 0, 2);
        } else {
          __builtin_prefetch(wide + AHEAD * p.b_row);
          __builtin_prefetch(wide + AHEAD * p.b_row + LANES);
        }
        store(row, load_some(wide, width));
        store(row + LANES, load_some(wide + LANES, width - LANES));
      } else {
        for (int64_t j = 0; j < minimum(PANEL, width); j++) row[j] = wide[j * p.b_column];
      }
    }
}

// Columns column.. of a block of c, all its rows, summed over k from `from` to `to`. The rows of a
// are packed already, slice after slice, each tile after tile.
struct Block {
  int64_t row, rows, column, columns, from, to;
};

// Whether a panel of b meets its few tiles as soon as it is packed, while the next one is fetched:
// b is large, and reading it takes as long as the products.
bool by_panels(const Product& p) {
  return p.m <= FEW_TILE_ROWS * TILE_ROWS && p.b_column == 1 && p.k * p.n > FITS;
}

// The slices of so many steps of k.
int64_t slices_of(const Product& p, int64_t steps) {
  return maximum<int64_t>(ceil_div(steps, by_panels(p) ? SHORT_SLICE : SLICE), 1);
}

// One slice of a block's rows of a, as `multiply` wants them: tiles from `first` to `end`.
void pack_slice(const Product& p, const Block& block, int64_t slice, int64_t first, int64_t end,
                float* packed_a) {
  const RowTiles tiles(block.rows);
  const int64_t length = block.to - block.from, slices = slices_of(p, length);
  const int64_t start = length * slice / slices, depth = length * (slice + 1) / slices - start;
  for (int64_t i = first; i < minimum(end, tiles.count); i++)
    pack_rows(p, block.row + tiles.start(i), tiles.height(i), block.from + start, depth,
              packed_a + block.rows * start + tiles.start(i) * depth);
}

bool in_place(const Product& p) {
  return p.n <= FEW_PANELS * PANEL && (p.a_row == 1 || p.a_column == 1);
}

// The columns of b that are packed begin here: what comes before is read in place.
int64_t first_packed(const Product& p, const Block& block) {
  const bool few = block.rows <= FEW_TILE_ROWS * TILE_ROWS && p.k * p.n <= FITS;
  return few && p.b_column == 1 ? block.columns / PANEL * PANEL : 0;
}

// packed_a is null if a is read in place.
void multiply(const Product& p, const Block& block, const float* packed_a) {
  const RowTiles tiles(block.rows);
  const int64_t panels = ceil_div(block.columns, PANEL);
  const int64_t length = block.to - block.from, slices = slices_of(p, length);
  const int64_t first = first_packed(p, block);
  const bool one = by_panels(p);  // panel is packed at a time
  float* packed_b = scratch_floats(
      Scratch::packed_b, (one ? PANEL : panels * PANEL - first) * ceil_div(length, slices));
  for (int64_t slice = 0; slice < slices; slice++) {
    const int64_t start = length * slice / slices, depth = length * (slice + 1) / slices - start;
    if (!one)
      pack_columns(p, block.column + first, block.columns - first, block.from + start, depth,
                   packed_b);
    const auto tile_at = [&](int64_t i, int64_t j) {
      const int64_t row = block.row + tiles.start(i), column = block.column + j * PANEL;
      Finish finish;
      finish.accumulate = slice > 0 || p.accumulate;
      if (slice == slices - 1) {
        finish.row_bias = p.row_bias == nullptr ? nullptr : p.row_bias + row;
        finish.column_bias = p.column_bias == nullptr ? nullptr : p.column_bias + column;
        finish.relu = p.relu;
      }
      float* c = p.c + row * p.c_row + column;
      const int64_t height = tiles.height(i), columns = minimum(PANEL, block.columns - j * PANEL);
      const PackedRows b =
          j * PANEL < first ? PackedRows{p.b + (block.from + start) * p.b_row + column, p.b_row}
                            : PackedRows{packed_b + (one ? 0 : j * PANEL - first) * depth, PANEL};
      const int vectors = columns <= LANES ? 1 : 2;
      if (packed_a == nullptr) {
        const float* const a = p.a + row * p.a_row + (block.from + start) * p.a_column;
        tile_for<PackedRows, RowsInPlace>(height, vectors)(
            depth, RowsInPlace(a, p.a_row, p.a_column), b, c, p.c_row, columns, finish);
      } else {
        tile_for<PackedRows>(height, vectors)(
            depth, packed_a + block.rows * start + tiles.start(i) * depth, b, c, p.c_row, columns,
            finish);
      }
    };
    if (one) {
      for (int64_t j = 0; j < panels; j++) {
        const int64_t column = block.column + j * PANEL;
        pack_columns(p, column, minimum(PANEL, block.columns - j * PANEL), block.from + start,
                     depth, packed_b);
        for (int64_t i = 0; i < tiles.count; i++) tile_at(i, j);
      }
      continue;
    }
    if (slices == 1) {  // few multiplications for each number of c: write c row by row
      for (int64_t i = 0; i < tiles.count; i++)
        for (int64_t j = 0; j < panels; j++) tile_at(i, j);
      return;
    }
    for (int64_t top = 0; top < tiles.count; top += BLOCK_TILES)
      for (int64_t j = 0; j < panels; j++)
        for (int64_t i = top; i < minimum(top + BLOCK_TILES, tiles.count); i++) tile_at(i, j);
  }
}

// Cut k into parts, one item each with sums of its own, and add these up.
void multiply_in_parts(const Product& p, int64_t parts) {
  const int64_t size = p.m * p.n;
  float* sums = scratch_floats(Scratch::partial, parts * size);
  parallel_for(parts, [&](int64_t part) {
    Product own = p;
    own.c = sums + part * size;
    own.c_row = p.n;
    own.row_bias = own.column_bias = nullptr;
    own.relu = own.accumulate = false;
    const Block block{0, p.m, 0, p.n, p.k * part / parts, p.k * (part + 1) / parts};
    if (in_place(p)) return multiply(own, block, nullptr);
    float* packed_a = scratch_floats(Scratch::packed_a, p.m * (block.to - block.from));
    for (int64_t slice = 0; slice < slices_of(p, block.to - block.from); slice++)
      pack_slice(p, block, slice, 0, p.m, packed_a);
    multiply(own, block, packed_a);
  });
  for (int64_t i = 0; i < p.m; i++)
    for (int64_t j = 0; j < p.n; j++) {
      float value = sums[i * p.n + j];
      for (int64_t part = 1; part < parts; part++) value += sums[part * size + i * p.n + j];
      p.c[i * p.c_row + j] = finished(p, i, j, value);
    }
}

}  // namespace

void gemm(const Product& p) {
  if (p.m == 0 || p.n == 0) return;
  if (p.k > 0 && p.a_column == 1 && p.b_row == 1) {
    constexpr void (*by_rows[])(const Product&) = {few_rows<1>, few_rows<2>, few_rows<3>,
                                                   few_rows<4>};
    if (p.m <= FEW_ROWS) return by_rows[p.m - 1](p);
    if (p.m <= SOME_ROWS) return some_rows(p);
  }
  const int64_t wanted = maximum<int64_t>(minimum(ITEMS, p.m * p.n * p.k / WORK), 1);
  const RowTiles tiles(p.m);
  const int64_t panels = ceil_div(p.n, PANEL);
  if (wanted == ITEMS && tiles.count * panels < FEW_TILES && p.k >= 2 * LONG) {
    multiply_in_parts(p, minimum(ITEMS, p.k / LONG));
    return;
  }
  const int64_t column_blocks = minimum(maximum(ceil_div(panels, BLOCK_PANELS), wanted), panels);
  const int64_t row_blocks = minimum(ceil_div(wanted, column_blocks), tiles.count);
  const auto block_of = [&](int64_t i, int64_t j) {
    const int64_t row = tiles.start(tiles.count * i / row_blocks);
    const int64_t bottom = tiles.start(tiles.count * (i + 1) / row_blocks);
    const int64_t column = panels * j / column_blocks * PANEL;
    const int64_t end = minimum(panels * (j + 1) / column_blocks * PANEL, p.n);
    return Block{row, bottom - row, column, end - column, 0, p.k};
  };
  if (in_place(p)) {
    parallel_for(row_blocks * column_blocks, [&](int64_t item) {
      multiply(p, block_of(item % row_blocks, item / row_blocks), nullptr);
    });
    return;
  }
  float* packed_a = scratch_floats(Scratch::shared, p.m * p.k);
  const int64_t slices = slices_of(p, p.k), strips = ceil_div(tiles.count + 1, BLOCK_TILES);
  parallel_for(row_blocks * slices * strips, [&](int64_t item) {
    const Block block = block_of(item / (slices * strips), 0);
    const int64_t first = item % strips * BLOCK_TILES;
    pack_slice(p, block, item / strips % slices, first, first + BLOCK_TILES,
               packed_a + block.row * p.k);
  });
  parallel_for(row_blocks * column_blocks, [&](int64_t item) {
    const Block block = block_of(item % row_blocks, item / row_blocks);
    multiply(p, block, packed_a + block.row * p.k);
  });
}

void column_sums(const float* a, int64_t rows, int64_t columns, float* sums) {
  parallel_for(ceil_div(columns, 64 * LANES), [&](int64_t item) {
    const int64_t end = minimum((item + 1) * 64 * LANES, columns);
    for (int64_t j = item * 64 * LANES; j < end; j += LANES) {
      Vec total{};
      for (int64_t i = 0; i < rows; i++) total += load_some(a + i * columns + j, end - j);
      store_some(sums + j, total, end - j);
    }
  });
}

void fma_peak(double* flops) {
  constexpr int64_t SUMS = 12, ROUNDS = 1 << 22;
  const int64_t items = num_threads();
  struct timespec start, end;
  double best = 0;
  for (int repeat = 0; repeat < 5; repeat++) {
    clock_gettime(CLOCK_MONOTONIC, &start);
    parallel_for(items, [&](int64_t) {
      volatile float unforeseen[] = {0.5f, 0.25f};  // the compiler may not know the result
      const Vec factor = splat(unforeseen[0]), term = splat(unforeseen[1]);
      Vec sums[SUMS];
      for (int64_t i = 0; i < SUMS; i++) sums[i] = splat(static_cast<float>(i));
      for (int64_t round = 0; round < ROUNDS; round++) {
#pragma GCC unroll 12
        for (int64_t i = 0; i < SUMS; i++) sums[i] = sums[i] * factor + term;
      }
      Vec total{};
      for (int64_t i = 0; i < SUMS; i++) total += sums[i];
      unforeseen[0] = sum(total);  // nor skip its computation
    });
    clock_gettime(CLOCK_MONOTONIC, &end);
    const double seconds = (end.tv_sec - start.tv_sec) + 1e-9 * (end.tv_nsec - start.tv_nsec);
    best = maximum(best, 2.0 * LANES * SUMS * ROUNDS * items / seconds);
  }
  *flops = best;
}

}  // namespace badak::BADAK_ISA
