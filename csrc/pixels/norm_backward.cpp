// norm_backward.cpp -- the gradients of norm.cpp's numbers, with the mask of the limits.
// Method: two passes, the sums of gradients and then the gradient of x. The mask is computed in
// both: from the result as it was stored, or from x again.
// As fast as memory or cache, as norm.cpp.
// Precondition: at least two numbers per channel.
#include "pixels/norm.h"
#include "simd/vector_math.h"

namespace badak::BADAK_ISA {

namespace {

enum class MaskOf { nothing, x, z };

// The gradient where the result was between the limits; x is taken off its mean.
template <MaskOf mask>
struct Masked {
  Vec weight, bias;
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

// Numbers for each channel, laid out as patterns in this thread's memory.
class Patterns {
 public:
  Patterns(const Walk& walk, int64_t c)
      : walk_(walk), c_(c), at_(scratch_floats(Scratch::channels, COUNT * walk.padded() + c)) {}

  enum Which { MEAN, WEIGHT, BIAS, BY_X, CONSTANT, COUNT };

  template <class Number>
  void lay_out(Which which, const Number& number) {
    float* const numbers = at_ + COUNT * walk_.padded();
    for (int64_t c = 0; c < c_; c++) numbers[c] = number(c);
    spread(walk_, c_, numbers, at_ + which * walk_.padded());
  }
  // What is needed to compute the result again.
  void lay_out(const ChannelGradients& channels, const float* bias) {
    lay_out(MEAN, [&](int64_t c) { return channels.mean[c]; });
    lay_out(WEIGHT, [&](int64_t c) { return channels.weight[c] * channels.inverse_std[c]; });
    lay_out(BIAS, [&](int64_t c) { return bias == nullptr ? 0 : bias[c]; });
  }

  // Reads them.
  struct Reader {
    const float* at;
    int64_t size;
    float low, high;
    Vec vector(Which which, int64_t j) const { return load(at + which * size + j); }
    template <MaskOf mask>
    Masked<mask> masked(int64_t j) const {
      return {vector(WEIGHT, j), vector(BIAS, j), low, high};
    }
  };
  Reader reader(const NormFinish& finish) const {
    return {at_, walk_.padded(), finish.low, finish.high};
  }

 private:
  const Walk& walk_;
  int64_t c_;
  float* at_;
};

// body(std::integral_constant<MaskOf, mask>, z), with x for z where there is none.
template <class Body>
inline void with_mask(const Pixels& x, const NormFinish& finish, const Body& body) {
  const bool limited = finish.low > -__builtin_inff() || finish.high < __builtin_inff();
  if (!limited)
    body(std::integral_constant<MaskOf, MaskOf::nothing>(), x);
  else if (finish.z == nullptr)
    body(std::integral_constant<MaskOf, MaskOf::x>(), x);
  else
    body(std::integral_constant<MaskOf, MaskOf::z>(), *finish.z);
}

}  // namespace

void norm_gradient_sums(const Pixels& grad, const Pixels& x, const ChannelGradients& channels,
                        const NormFinish& finish, PairOfSums* sums) {
  with_mask(x, finish, [&](auto kind, const Pixels& z) {
    constexpr MaskOf mask = decltype(kind)::value;
    const Walk walk(grad, x, z);
    Patterns patterns(walk, x.c);
    patterns.lay_out(channels, finish.bias);
    sum_pairs(
        walk, x.c,
        [own = patterns.reader(finish)](int64_t j) {
          return Sums<mask>{own.masked<mask>(j), own.vector(Patterns::MEAN, j)};
        },
        sums, grad, x, z);
  });
}

void norm_gradient(const Pixels& grad, const Pixels& x, const ChannelGradients& channels,
                   const NormFinish& finish, int64_t count, const Pixels& grad_x) {
  // (grad - (grad_bias + normal * grad_weight) / count) * weight * inverse_std
  const float share = static_cast<float>(1 / static_cast<double>(count));
  const auto factor = [&](int64_t c) {
    return channels.weight[c] * channels.inverse_std[c] * share;
  };
  with_mask(x, finish, [&](auto kind, const Pixels& z) {
    constexpr MaskOf mask = decltype(kind)::value;
    const Pixels& add = finish.grad_add != nullptr ? *finish.grad_add : x;
    const Walk walk(grad, x, z, grad_x, add);
    Patterns patterns(walk, x.c);
    patterns.lay_out(channels, finish.bias);
    patterns.lay_out(Patterns::BY_X, [&](int64_t c) {
      return factor(c) * channels.inverse_std[c] * channels.grad_weight[c];
    });
    patterns.lay_out(Patterns::CONSTANT,
                     [&](int64_t c) { return factor(c) * channels.grad_bias[c]; });
    const auto make = [own = patterns.reader(finish)](int64_t j) {
      return Apply<mask>{own.masked<mask>(j), own.vector(Patterns::MEAN, j),
                         own.vector(Patterns::WEIGHT, j), own.vector(Patterns::BY_X, j),
                         own.vector(Patterns::CONSTANT, j)};
    };
    in_row_groups(walk, [&](int64_t first, int64_t end) {
      if (finish.grad_add != nullptr)
        write_rows(walk, first, end, make, grad_x, add, grad, x, z);
      else
        write_rows(walk, first, end, make, grad_x, grad, x, z);
    });
  });
}

void pixels_norm_backward(const Pixels& grad, const Pixels& x, const ChannelGradients& channels,
                          const NormFinish& finish, const Pixels& grad_x) {
  auto* sums = static_cast<PairOfSums*>(
      scratch(Scratch::other, static_cast<size_t>(x.c) * sizeof(PairOfSums)));
  norm_gradient_sums(grad, x, channels, finish, sums);
  for (int64_t c = 0; c < x.c; c++) {
    channels.grad_bias[c] = static_cast<float>(sums[c].first);
    channels.grad_weight[c] = static_cast<float>(sums[c].second * channels.inverse_std[c]);
  }
  norm_gradient(grad, x, channels, finish, x.n * x.h * x.w, grad_x);
}

}  // namespace badak::BADAK_ISA
