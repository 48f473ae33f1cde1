// norm.cpp -- batch normalisation of pixels: the same numbers as badak.ops.reference.norm.
// Method: four passes over the maps: statistics; result with its sum and limits; sums of the
// gradient; gradient of x with the limits' mask. Pieces of rows are summed around their own mean and
// merged in their order (Chan et al. 1979, "Updating Formulae ..."), in double.
// Precondition: at least two numbers per channel.
#include "pixels/maps.h"
#include "pixels/rows.h"
#include "simd/sums.h"
#include "simd/vector_math.h"

namespace badak::BADAK_ISA {

namespace {

constexpr int64_t PIECE = 1 << 13;  // numbers, which are read twice

// Pieces of whole rows, with two doubles for each channel: sums, by piece and then by channel.
struct Pieces {
  int64_t rows, count, c;
  double* sums;

  explicit Pieces(const Pixels& x)
      : rows(maximum<int64_t>(1, PIECE / (x.w * x.c))), count(ceil_div(x.n * x.h, rows)), c(x.c) {
    sums = static_cast<double*>(scratch(Scratch::channel_sums,
                                        static_cast<size_t>(count * c * 2) * sizeof(double)));
  }
  double* of(int64_t piece, int which) const { return sums + (piece * 2 + which) * c; }
};

inline void store_doubles(double* to, const Sum& sum, int64_t count) {
  double lanes[LANES];
  sum.store(lanes);
  for (int64_t i = 0; i < count; i++) to[i] = lanes[i];
}

// sums of body(pixel offset function) ...
template <class Body>
inline void each_pixel(const Pixels& x, int64_t first, int64_t end, const Body& body) {
  Place place(x, first);
  for (int64_t row = first; row < end; row++, place.next(x))
    for (int64_t j = 0; j < x.w; j++) body(place, j);
}

}  // namespace

void pixels_norm_statistics(const Pixels& x, double momentum, float eps,
                            const Channels& channels) {
  const Pieces pieces(x);
  const int64_t rows = x.n * x.h;
  parallel_for(pieces.count, [&](int64_t piece) {
    const int64_t first = piece * pieces.rows, end = minimum(rows, first + pieces.rows);
    const double share = 1 / static_cast<double>((end - first) * x.w);
    for (int64_t c = 0; c < x.c; c += LANES) {
      Sum sum, squares;
      each_pixel(x, first, end,
                 [&](const Place& place, int64_t j) { sum.add(load(place.in(x) + j * x.step + c)); });
      const Vec mean = sum.lanes(share);
      each_pixel(x, first, end, [&](const Place& place, int64_t j) {
        squares.add_square(load(place.in(x) + j * x.step + c) - mean);
      });
      store_doubles(pieces.of(piece, 0) + c, sum, minimum(LANES, x.c - c));
      store_doubles(pieces.of(piece, 1) + c, squares, minimum(LANES, x.c - c));
    }
  });
  const double count = static_cast<double>(rows * x.w);
  const float keep = static_cast<float>(1 - momentum), move = static_cast<float>(momentum);
  for (int64_t c = 0; c < x.c; c++) {
    double sum = 0, squares = 0;
    for (int64_t piece = 0; piece < pieces.count; piece++) sum += pieces.of(piece, 0)[c];
    const double mean = sum / count;
    for (int64_t piece = 0; piece < pieces.count; piece++) {
      const int64_t first = piece * pieces.rows, end = minimum(rows, first + pieces.rows);
      const double own = static_cast<double>((end - first) * x.w);
      // Around the piece's own mean as it was rounded to float.
      const double total = pieces.of(piece, 0)[c], centre = static_cast<float>(total * (1 / own));
      squares += pieces.of(piece, 1)[c] + 2 * (centre - mean) * (total - own * centre) +
                 own * (centre - mean) * (centre - mean);
    }
    const float var = static_cast<float>(squares / count);
    channels.mean[c] = static_cast<float>(mean);
    channels.inverse_std[c] = 1 / __builtin_sqrtf(var + eps);
    if (channels.new_running_mean == nullptr) continue;
    const float unbiased = var * static_cast<float>(count / (count - 1));
    channels.new_running_mean[c] = keep * channels.running_mean[c] + move * channels.mean[c];
    channels.new_running_var[c] = keep * channels.running_var[c] + move * unbiased;
  }
}

void pixels_norm_apply(const Pixels& x, const Channels& channels, const Finish& finish,
                       const Pixels& y) {
  const Pixels& add = finish.add != nullptr ? *finish.add : x;
  const Walk walk(y, x, add);
  const int64_t size = walk.padded();
  float* patterns = scratch_floats(Scratch::channels, 4 * size);
  const float* mean = spread(walk, x.c, channels.mean, patterns);
  const float* inverse = spread(walk, x.c, channels.inverse_std, patterns + size);
  const float* weight = spread(walk, x.c, channels.weight, patterns + 2 * size);
  const float* bias = spread(walk, x.c, channels.bias, patterns + 3 * size);
  const auto normal = [=](Vec x, int64_t j) {
    return (x - load(mean + j)) * (load(inverse + j) * load(weight + j)) + load(bias + j);
  };
  const float low = finish.low, high = finish.high;
  if (finish.add != nullptr)
    map_pixels(
        walk, y,
        [=](Vec x, Vec add, int64_t j) { return between(normal(x, j) + add, low, high); }, x, add);
  else
    map_pixels(walk, y, [=](Vec x, int64_t j) { return between(normal(x, j), low, high); }, x);
}

void pixels_norm_backward(const Pixels& grad, const Pixels& x, const ChannelGradients& channels,
                          const NormFinish& finish, const Pixels& grad_x) {
  const Pieces pieces(x);
  const int64_t rows = x.n * x.h;
  const bool limited = finish.low > -__builtin_inff() || finish.high < __builtin_inff();
  const bool from_x = finish.z == nullptr;
  const Pixels& z = from_x ? x : *finish.z;
  // The gradient where the result was between the limits.
  const auto masked = [&](const Place& place, int64_t j, int64_t c, int64_t size) {
    const Vec own = load(place.in(grad) + j * grad.step + c);
    if (!limited) return own;
    Vec result = load(place.in(z) + j * z.step + c);
    if (from_x)
      result = (result - load_some(channels.mean + c, size)) *
                   (load_some(channels.inverse_std + c, size) *
                    load_some(channels.weight + c, size)) +
               load_some(finish.bias + c, size);
    return (result > finish.low) & (result < finish.high) ? own : Vec{};
  };
  parallel_for(pieces.count, [&](int64_t piece) {
    const int64_t first = piece * pieces.rows, end = minimum(rows, first + pieces.rows);
    for (int64_t c = 0; c < x.c; c += LANES) {
      const int64_t size = minimum(LANES, x.c - c);
      const Vec mean = load_some(channels.mean + c, size);
      const Vec inverse = load_some(channels.inverse_std + c, size);
      Sum bias, weight;
      each_pixel(x, first, end, [&](const Place& place, int64_t j) {
        const Vec own = masked(place, j, c, size);
        bias.add(own);
        weight.add(own * ((load(place.in(x) + j * x.step + c) - mean) * inverse));
      });
      store_doubles(pieces.of(piece, 0) + c, bias, size);
      store_doubles(pieces.of(piece, 1) + c, weight, size);
    }
  });
  const double count = static_cast<double>(rows * x.w);
  for (int64_t c = 0; c < x.c; c++) {
    double bias = 0, weight = 0;
    for (int64_t piece = 0; piece < pieces.count; piece++) {
      bias += pieces.of(piece, 0)[c];
      weight += pieces.of(piece, 1)[c];
    }
    channels.grad_bias[c] = static_cast<float>(bias);
    channels.grad_weight[c] = static_cast<float>(weight);
  }
  const float share = static_cast<float>(1 / count);
  parallel_for(pieces.count, [&](int64_t piece) {
    const int64_t first = piece * pieces.rows, end = minimum(rows, first + pieces.rows);
    for (int64_t c = 0; c < x.c; c += LANES) {
      const int64_t size = minimum(LANES, x.c - c);
      const Vec mean = load_some(channels.mean + c, size);
      const Vec inverse = load_some(channels.inverse_std + c, size);
      const Vec factor = load_some(channels.weight + c, size) * inverse;
      const Vec by_bias = load_some(channels.grad_bias + c, size) * share;
      const Vec by_weight = load_some(channels.grad_weight + c, size) * share;
      each_pixel(x, first, end, [&](const Place& place, int64_t j) {
        const Vec own = masked(place, j, c, size);
        const Vec normal = (load(place.in(x) + j * x.step + c) - mean) * inverse;
        if (finish.grad_add != nullptr)
          store_some(place.in(*finish.grad_add) + j * finish.grad_add->step + c, own, size);
        store_some(place.in(grad_x) + j * grad_x.step + c,
                   (own - (by_bias + normal * by_weight)) * factor, size);
      });
    }
  });
}

}  // namespace badak::BADAK_ISA
