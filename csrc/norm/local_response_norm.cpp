// local_response_norm.cpp -- the same numbers as badak.ops.reference.norm, for float.
//   x, y, scale and gradients (N, C, H, W), C-contiguous, places = H * W.
// Method: some places of all channels of an image at a time, from channel to channel, so that the
// neighbours' rows are still in the cache. Each sum is taken from the start: one that slides would
// keep the rounding, and the NaN, of channels that it has left. Limited by memory. No precondition.
#include "norm/norm.h"
#include "simd/vector_math.h"
#include "threads/split.h"

namespace badak::BADAK_ISA {

namespace {

constexpr int64_t TILE = 512;  // places

// Places [first, first + size) of one image; `at` is where its channel 0 begins in the arrays.
struct Tile {
  int64_t at, first, size;
};

// body(tile) for all tiles of all images, in parallel.
template <class Body>
inline void each_tile(const Images& images, const Body& body) {
  const int64_t tiles = ceil_div(images.places, TILE);
  in_groups(images.n * tiles, images.c * minimum(TILE, images.places), [&](int64_t item) {
    const int64_t first = item % tiles * TILE;
    body(
        Tile{item / tiles * images.c * images.places, first, minimum(TILE, images.places - first)});
  });
}

// x^-beta, by two roots if beta is the paper's 0.75.
template <bool usual>
struct Shrinking {
  PowerTo power;
  explicit Shrinking(float beta) : power(-beta) {}
  Vec operator()(Vec scale) const {
    if constexpr (usual) {
      const Vec root = sqrt(scale);
      return 1.0f / (root * sqrt(root));
    } else {
      return power(scale);
    }
  }
};

// For each LANES places of a tile: body(read, write, i), which read and write arrays at place i; at
// the end of a tile they touch no more than it has.
template <class Body>
inline void each_place(const Tile& tile, const Body body) {
  const int64_t end = tile.first + tile.size;
  int64_t i = tile.first;
  for (; i + LANES <= end; i += LANES)
    body([](const float* from) { return load(from); },
         [](float* to, Vec value) { store(to, value); }, i);
  if (const int64_t rest = end - i; rest > 0)
    body([rest](const float* from) { return load_first(from, rest); },
         [rest](float* to, Vec value) { store_first(to, value, rest); }, i);
}

template <bool usual>
void respond(const float* x, float* y, float* scale, const Images& images,
             const Response& response) {
  const Shrinking<usual> shrinking(response.beta);
  each_tile(images, [&](const Tile& tile) {
    for (int64_t c = 0; c < images.c; c++) {
      const int64_t from = maximum<int64_t>(0, c - response.before);
      const int64_t to = minimum(images.c - 1, c + response.after), places = images.places;
      const int64_t first = tile.at + from * places, at = tile.at + c * places;
      each_place(tile,
                 [=, k = response.k, alpha = response.alpha](auto read, auto write, int64_t i) {
                   Vec sum{};
                   for (int64_t j = 0; j <= to - from; j++) {
                     const Vec value = read(x + (first + j * places + i));
                     sum += value * value;
                   }
                   const Vec size = k + alpha * sum;
                   write(scale + at + i, size);
                   write(y + at + i, read(x + at + i) * shrinking(size));
                 });
    }
  });
}

template <bool usual>
void respond_backward(const float* grad_y, const float* x, const float* y, const float* scale,
                      float* grad_x, const Images& images, const Response& response, float factor) {
  const Shrinking<usual> shrinking(response.beta);
  const int64_t places = images.places;
  const int64_t kept = minimum(images.c, response.before + response.after + 1);
  each_tile(images, [&](const Tile& tile) {
    // What goes through each channel's scale: a ring of rows, those of the window of channels.
    float *rows = scratch_floats(Scratch::other, kept * TILE), *end = rows + kept * TILE;
    int64_t ready = 0;
    for (int64_t c = 0; c < images.c; c++) {
      const int64_t from = maximum<int64_t>(0, c - response.before);
      const int64_t to = minimum(images.c - 1, c + response.after);
      for (; ready <= to; ready++) {
        const int64_t at = tile.at + ready * places;
        float* row = rows + ready % kept * TILE;
        each_place(tile, [=, first = tile.first](auto read, auto, int64_t i) {
          store(row + i - first, read(grad_y + at + i) * read(y + at + i) / read(scale + at + i));
        });
      }
      const int64_t at = tile.at + c * places;
      const float* oldest = rows + from % kept * TILE;
      each_place(tile, [=, first = tile.first](auto read, auto write, int64_t i) {
        Vec through{};
        const float* row = oldest + (i - first);
        for (int64_t j = from; j <= to; j++) {
          through += load(row);
          row = row + TILE < end ? row + TILE : row + TILE - kept * TILE;
        }
        write(grad_x + at + i, read(grad_y + at + i) * shrinking(read(scale + at + i)) -
                                   factor * read(x + at + i) * through);
      });
    }
  });
}

}  // namespace

void local_response_norm(const float* x, float* y, float* scale, const Images& images,
                         const Response& response) {
  (response.beta == 0.75f ? respond<true> : respond<false>)(x, y, scale, images, response);
}

void local_response_norm_backward(const float* grad_y, const float* x, const float* y,
                                  const float* scale, float* grad_x, const Images& images,
                                  const Response& response, float factor) {
  (response.beta == 0.75f ? respond_backward<true> : respond_backward<false>)(grad_y, x, y, scale,
                                                                              grad_x, images,
                                                                              response, factor);
}

}  // namespace badak::BADAK_ISA
