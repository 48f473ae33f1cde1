// batch_norm_rows.cpp -- batch_norm.cpp's numbers for images of one place: rows (N, C).
// Method: LANES channels at once, image by image; a piece of work is some vectors of channels.
// Precondition: places == 1; in training at least two images.
#include "norm/batch_norm_rows.h"

#include "simd/sums.h"
#include "simd/vector_math.h"
#include "threads/split.h"

namespace badak::BADAK_ISA {

namespace {

// body(first channel, how many) for LANES channels at once, in parallel.
template <class Body>
inline void each_vector(const Images& images, const Body& body) {
  in_groups(ceil_div(images.c, LANES), images.n * LANES, [&](int64_t vector) {
    const int64_t c = vector * LANES;
    body(c, minimum(LANES, images.c - c));
  });
}

}  // namespace

void batch_norm_rows(const float* x, const Channels& channels, float* y, const Images& images,
                     bool training, double momentum, float eps) {
  const int64_t all = images.n * images.c;
  const double share = 1 / static_cast<double>(images.n);
  const float keep = static_cast<float>(1 - momentum), move = static_cast<float>(momentum);
  const float unbiased =
      static_cast<float>(static_cast<double>(images.n) / static_cast<double>(images.n - 1));
  each_vector(images, [&](int64_t c, int64_t size) {
    Vec mean = load_some(channels.running_mean + c, size), new_mean = mean;
    Vec var = load_some(channels.running_var + c, size), new_var = var;
    if (training) {
      Sum sum, off, squares;
      for (int64_t at = c; at < all; at += images.c) sum.add(load_some(x + at, size));
      mean = sum.lanes(share);
      for (int64_t at = c; at < all; at += images.c) {
        const Vec difference = load_some(x + at, size) - mean;
        off.add(difference);
        squares.add_square(difference);
      }
      const Vec shift = off.lanes(share), spread = squares.lanes(share) - shift * shift;
      var = spread < 0.0f ? Vec{} : spread;
      new_mean = keep * new_mean + move * mean;
      new_var = keep * new_var + move * (var * unbiased);
    }
    const Vec inverse = 1.0f / sqrt(var + eps);
    const Vec weight = load_some(channels.weight + c, size);
    const Vec bias = load_some(channels.bias + c, size);
    for (int64_t at = c; at < all; at += images.c)
      store_some(y + at, (load_some(x + at, size) - mean) * inverse * weight + bias, size);
    store_some(channels.mean + c, mean, size);
    store_some(channels.inverse_std + c, inverse, size);
    store_some(channels.new_running_mean + c, new_mean, size);
    store_some(channels.new_running_var + c, new_var, size);
  });
}

void row_moments(const float* x, double* mean, double* squares, const Images& images) {
  const int64_t all = images.n * images.c;
  const double share = 1 / static_cast<double>(images.n);
  each_vector(images, [&](int64_t c, int64_t size) {
    Sum sum, off, square;
    for (int64_t at = c; at < all; at += images.c) sum.add(load_some(x + at, size));
    const Vec centre = sum.lanes(share);
    for (int64_t at = c; at < all; at += images.c) {
      const Vec difference = load_some(x + at, size) - centre;
      off.add(difference);
      square.add_square(difference);
    }
    double offs[LANES], square_sums[LANES];
    off.store(offs);
    square.store(square_sums);
    for (int64_t lane = 0; lane < size; lane++) {
      const double shift = offs[lane] * share, spread = square_sums[lane] - offs[lane] * shift;
      mean[c + lane] = static_cast<double>(centre[lane]) + shift;
      squares[c + lane] = spread < 0 ? 0 : spread;  // NaN stays
    }
  });
}

void batch_norm_rows_backward(const float* grad_y, const float* x, const ChannelGradients& channels,
                              float* grad_x, const Images& images, bool training) {
  const int64_t all = images.n * images.c;
  const float share = 1 / static_cast<float>(images.n);
  each_vector(images, [&](int64_t c, int64_t size) {
    const Vec mean = load_some(channels.mean + c, size);
    const Vec inverse = load_some(channels.inverse_std + c, size);
    const Vec factor = load_some(channels.weight + c, size) * inverse;
    Sum bias, weight;
    for (int64_t at = c; at < all; at += images.c) {
      const Vec grad = load_some(grad_y + at, size);
      bias.add(grad);
      weight.add(grad * ((load_some(x + at, size) - mean) * inverse));
    }
    const Vec grad_bias = bias.lanes(), grad_weight = weight.lanes();
    store_some(channels.grad_bias + c, grad_bias, size);
    store_some(channels.grad_weight + c, grad_weight, size);
    const Vec by_bias = training ? grad_bias * share : Vec{};
    const Vec by_weight = training ? grad_weight * share : Vec{};
    for (int64_t at = c; at < all; at += images.c) {
      const Vec normal = (load_some(x + at, size) - mean) * inverse;
      const Vec grad = load_some(grad_y + at, size);
      store_some(grad_x + at, (grad - (by_bias + normal * by_weight)) * factor, size);
    }
  });
}

}  // namespace badak::BADAK_ISA
