// norm_backward.cpp -- the gradients of norm.cpp's numbers, with the mask of the limits.
// Method: two passes, the sums of gradients and then the gradient of x. The mask is computed in
// both: from the result as it was stored, or from x again.
// Precondition: at least two numbers per channel.
#include "pixels/maps.h"
#include "pixels/norm_sums.h"
#include "simd/vector_math.h"

namespace badak::BADAK_ISA {

namespace {

enum class MaskOf { nothing, x, z };

// The gradient where the result was between the limits; x is taken off its mean.
template <MaskOf mask>
struct Masked {
  Vec weight, bias;  // of the result
  float low, high;
  Vec operator()(Vec grad, Vec x, const float* z) const {
    if constexpr (mask == MaskOf::nothing) return grad;
    const Vec result = mask == MaskOf::z ? load(z) : x * weight + bias;
    return (result > low) & (result < high) ? grad : Vec{};
  }
};

template <MaskOf mask>
struct Sums {
  Masked<mask> masked;
  Vec mean, first{}, second{};
  void operator()(int64_t count, const float* grad, const float* from, const float* z) {
    const Vec x = load(from) - mean, own = first_of(masked(load(grad), x, z), count);
    first += own;
    second += own * (count < LANES ? first_of(x, count) : x);  // what is beyond may be NaN
  }
};

template <MaskOf mask>
struct Apply {
  Masked<mask> masked;
  Vec mean, scale, by_x, constant;
  void operator()(int64_t count, float* to, const float* grad, const float* from,
                  const float* z) const {
    const Vec x = load(from) - mean, own = masked(load(grad), x, z);
    store_some(to, own * scale - (x * by_x + constant), count);
  }
  void operator()(int64_t count, float* to, float* to_add, const float* grad, const float* from,
                  const float* z) const {
    const Vec x = load(from) - mean, own = masked(load(grad), x, z);
    store_some(to_add, own, count);
    store_some(to, own * scale - (x * by_x + constant), count);
  }
};

// Two numbers for each channel, side by side in memory.
enum Pattern { MEAN, WEIGHT, BIAS, BY_X, CONSTANT, PATTERNS };

template <MaskOf mask>
void backward(const Pixels& grad, const Pixels& x, const Pixels& z,
              const ChannelGradients& channels, const NormFinish& finish, const Pixels& grad_x) {
  const Walk walk(grad, x, z, grad_x, finish.grad_add != nullptr ? *finish.grad_add : x);
  const int64_t size = walk.padded();
  float* patterns = scratch_floats(Scratch::channels, PATTERNS * size + 6 * x.c);
  auto* sums = reinterpret_cast<PairOfSums*>(patterns + PATTERNS * size);
  float* numbers = patterns + PATTERNS * size + 4 * x.c;
  const auto lay_out = [&](Pattern which, const auto& number) {
    for (int64_t c = 0; c < x.c; c++) numbers[c] = number(c);
    spread(walk, x.c, numbers, patterns + which * size);
  };
  lay_out(MEAN, [&](int64_t c) { return channels.mean[c]; });
  lay_out(WEIGHT, [&](int64_t c) { return channels.weight[c] * channels.inverse_std[c]; });
  lay_out(BIAS, [&](int64_t c) { return mask == MaskOf::x ? finish.bias[c] : 0; });
  const auto vector = [=](Pattern which, int64_t j) { return load(patterns + which * size + j); };
  const auto masked = [=, low = finish.low, high = finish.high](int64_t j) {
    return Masked<mask>{vector(WEIGHT, j), vector(BIAS, j), low, high};
  };
  sum_pairs(
      walk, x.c, [=](int64_t j) { return Sums<mask>{masked(j), vector(MEAN, j)}; }, sums, grad, x,
      z);
  const double share = 1 / static_cast<double>(walk.rows * x.w);
  for (int64_t c = 0; c < x.c; c++) {
    channels.grad_bias[c] = static_cast<float>(sums[c].first);
    channels.grad_weight[c] = static_cast<float>(sums[c].second * channels.inverse_std[c]);
  }
  // (grad - (grad_bias + normal * grad_weight) / count) * weight * inverse_std
  const auto factor = [&](int64_t c) {
    return static_cast<double>(channels.weight[c]) * channels.inverse_std[c] * share;
  };
  lay_out(BY_X, [&](int64_t c) {
    const double inverse = channels.inverse_std[c];
    return static_cast<float>(factor(c) * sums[c].second * inverse * inverse);
  });
  lay_out(CONSTANT, [&](int64_t c) { return static_cast<float>(factor(c) * sums[c].first); });
  const auto make = [=](int64_t j) {
    return Apply<mask>{masked(j), vector(MEAN, j), vector(WEIGHT, j), vector(BY_X, j),
                       vector(CONSTANT, j)};
  };
  in_row_groups(walk, [&](int64_t first, int64_t end) {
    if (finish.grad_add != nullptr)
      write_rows(walk, first, end, make, grad_x, *finish.grad_add, grad, x, z);
    else
      write_rows(walk, first, end, make, grad_x, grad, x, z);
  });
}

}  // namespace

void pixels_norm_backward(const Pixels& grad, const Pixels& x, const ChannelGradients& channels,
                          const NormFinish& finish, const Pixels& grad_x) {
  const bool limited = finish.low > -__builtin_inff() || finish.high < __builtin_inff();
  if (!limited)
    backward<MaskOf::nothing>(grad, x, x, channels, finish, grad_x);
  else if (finish.z == nullptr)
    backward<MaskOf::x>(grad, x, x, channels, finish, grad_x);
  else
    backward<MaskOf::z>(grad, x, *finish.z, channels, finish, grad_x);
}

}  // namespace badak::BADAK_ISA
