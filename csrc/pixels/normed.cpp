// normed.cpp -- convolutions with the batch norms around them, in training.
//   x, y, gradients (N, H, W, C) pixels; what a norm makes of them is never stored.
// Method: some images at a time, so that all stays in a core's cache: normalise x into this
// thread's memory, convolve from there, sum up the result for the norm after. On the way back:
// normalise x again, make the gradient of y from the gradient of what the norm after made, and
// from both the gradients of the weight and of z; sum up the latter for the norm before. Two
// streams of maps forward, four back. The kernels are those of conv.h; inside an item they run on
// one thread. Sums over items are added up in their order.
// Precondition: x lies in any frame; the memory here has the frames that the window needs.
#include "pixels/normed.h"

#include "pixels/norm_sums.h"
#include "simd/sums.h"
#include "simd/vector_math.h"

namespace badak::BADAK_ISA {

namespace {

constexpr int64_t ITEM = 1 << 16;   // about so many numbers of the larger maps
constexpr int64_t WEIGHTS = 1 << 21;  // at most so many numbers of gradients of weights

// Images in items of equal size.
struct Items {
  int64_t each, count;
  Items(int64_t n, int64_t numbers, int64_t weights) {
    const int64_t most = maximum<int64_t>(2, WEIGHTS / maximum<int64_t>(1, weights));
    each = maximum<int64_t>(1, minimum(n, ITEM / maximum<int64_t>(1, numbers)));
    each = maximum(each, ceil_div(n, most));
    count = ceil_div(n, each);
  }
};

Pixels images(const Pixels& x, int64_t first, int64_t count) {
  Pixels part = x;
  part.at += first * x.image;
  part.n = minimum(count, x.n - first);
  return part;
}

Convolution of_images(const Convolution& conv, int64_t n) {
  Convolution part = conv;
  part.maps.n = n;
  return part;
}

// Maps of this thread in a frame of zeros.
struct FramedSize {
  int64_t top, bottom, left, right;
};
Pixels framed(Scratch slot, const Pixels& like, const FramedSize& frame) {
  const int64_t row = (like.w + frame.left + frame.right) * like.c;
  const int64_t image = (like.h + frame.top + frame.bottom) * row;
  float* const all = scratch_floats(slot, like.n * image + 2 * LANES);
  for (int64_t i = 0; i < like.n; i++) {
    float* to = all + i * image;
    clear(to, frame.top * row + frame.left * like.c);
    for (int64_t y = 0; y + 1 < like.h; y++)
      clear(to + (frame.top + y + 1) * row - frame.right * like.c,
            (frame.left + frame.right) * like.c);
    clear(to + (frame.top + like.h) * row - frame.right * like.c,
          frame.bottom * row + frame.right * like.c);
  }
  return {all + frame.top * row + frame.left * like.c, like.n, like.h, like.w, like.c, like.c, row,
          image};
}

// The frame that the window reads around x, and the one that its turn reads around y's gradient.
FramedSize reading(const Convolution& conv) {
  const Window& k = conv.window;
  const auto after = [](int64_t places, int64_t step, int64_t covers, int64_t before,
                        int64_t size) {
    return maximum<int64_t>(0, (places - 1) * step + covers - before - size);
  };
  return {k.top, after(conv.maps.oh, k.sh, (k.kh - 1) * k.dh + 1, k.top, conv.maps.h), k.left,
          after(conv.maps.ow, k.sw, (k.kw - 1) * k.dw + 1, k.left, conv.maps.w)};
}
FramedSize turning(const Convolution& conv) {
  const Window& k = conv.window;
  const auto before = [](int64_t covers, int64_t first, int64_t step) {
    return maximum<int64_t>(0, (covers - 1 - first) / step);
  };
  const auto after = [](int64_t size, int64_t first, int64_t step, int64_t places) {
    return maximum<int64_t>(0, (size - 1 + first) / step - places + 1);
  };
  return {before((k.kh - 1) * k.dh + 1, k.top, k.sh),
          after(conv.maps.h, k.top, k.sh, conv.maps.oh),
          before((k.kw - 1) * k.dw + 1, k.left, k.sw),
          after(conv.maps.w, k.left, k.sw, conv.maps.ow)};
}

// What a norm makes of a vector of y that is taken off its mean, and whether gradients pass.
struct Norm {
  Vec mean, weight, bias;
  float low, high;
  Vec result(Vec off) const { return off * weight + bias; }
  Vec passed(Vec grad, Vec off) const {
    const Vec z = result(off);
    return (z > low) & (z < high) ? grad : Vec{};
  }
};

// Patterns (rows.h) of a norm's numbers, and of those that give the gradient of its y.
struct Patterns {
  const float *mean, *weight, *bias, *by_y, *constant;
  float low, high;

  static int64_t size(const Walk& walk) { return 5 * walk.padded(); }

  static Patterns of(const Walk& walk, int64_t c, const Normed& norm, float* memory) {
    const int64_t size = walk.padded();
    float* const weight = memory + size;
    spread(walk, c, norm.weight, weight);
    for (int64_t i = 0; i < walk.period; i += c)
      for (int64_t j = 0; j < c; j++) weight[i + j] *= norm.inverse_std[j];
    return {spread(walk, c, norm.mean, memory),
            weight,
            spread(walk, c, norm.bias, memory + 2 * size),
            memory + 3 * size,
            memory + 4 * size,
            norm.low,
            norm.high};
  }

  // The gradient of y is (passed - (grad_bias + normal * grad_weight) / count) * weight.
  static Patterns of(const Walk& walk, int64_t c, const NormedGradient& after, int64_t count,
                     float* memory) {
    if (after.y == nullptr) return {};
    const Patterns patterns = of(walk, c, after.norm, memory);
    float *by_y = memory + 3 * walk.padded(), *constant = by_y + walk.padded();
    for (int64_t i = 0; i < walk.period; i += c)
      for (int64_t j = 0; j < c; j++) {
        const float share = patterns.weight[i + j] / static_cast<float>(count);
        by_y[i + j] = share * after.grad_weight[j] * after.norm.inverse_std[j];
        constant[i + j] = share * after.grad_bias[j];
      }
    return patterns;
  }

  Norm at(int64_t j) const {
    return {load(mean + j), load(weight + j), load(bias + j), low, high};
  }
};

// z from x, and the gradient of y from that of what the norm made.
void normalise(const Pixels& x, const Patterns& patterns, const Pixels& z) {
  const Walk walk(z, x);
  map_rows(
      walk, 0, walk.rows, z,
      [&](int64_t j) {
        return [norm = patterns.at(j)](Vec x) {
          return between(norm.result(x - norm.mean), norm.low, norm.high);
        };
      },
      x);
}

auto gradient_of(const Patterns& patterns) {
  return [patterns](int64_t j) {
    return [norm = patterns.at(j), by_y = load(patterns.by_y + j),
            constant = load(patterns.constant + j)](Vec grad, Vec y) {
      const Vec off = y - norm.mean;
      return norm.passed(grad, off) * norm.weight - (off * by_y + constant);
    };
  };
}

void differentiate(const Pixels& grad, const Pixels& y, const Patterns& patterns,
                   const Pixels& grad_y) {
  const Walk walk(grad_y, grad, y);
  map_rows(walk, 0, walk.rows, grad_y, gradient_of(patterns), grad, y);
}

// Steps that sum (norm_sums.h): y around a centre with its squares; what passes, with y.
struct Moments {
  Vec centre, first{}, second{};
  void operator()(int64_t count, const float* y) {
    const Vec off = first_of(load(y) - centre, count);
    first += off;
    second += off * off;
  }
};
struct GradientSums {
  Norm norm;
  Vec first{}, second{};
  void operator()(int64_t count, const float* grad, const float* y) {
    const Vec off = load(y) - norm.mean;
    const Vec passed = first_of(norm.passed(load(grad), off), count);
    first += passed;
    second += passed * (count < LANES ? first_of(off, count) : off);
  }
};

PairOfSums* sums_of(int64_t items, int64_t c) {
  return static_cast<PairOfSums*>(
      scratch(Scratch::packed_b, static_cast<size_t>(items * c) * sizeof(PairOfSums)));
}

// Sums around the item's first pixel.
void measure(const Pixels& y, PairOfSums* sums) {
  const Walk walk(y);
  const float* centres =
      spread(walk, y.c, y.at, scratch_floats(Scratch::other, walk.padded()));
  sum_pairs(walk, y.c, [=](int64_t j) { return Moments{load(centres + j)}; }, sums, y);
}

void finish(const PairOfSums* sums, const Items& items, const Pixels& y, const Statistics& to) {
  const double count = static_cast<double>(y.n * y.h * y.w);
  const float keep = static_cast<float>(1 - to.momentum), move = static_cast<float>(to.momentum);
  for (int64_t c = 0; c < y.c; c++) {
    const auto each_item = [&](const auto& body) {
      for (int64_t i = 0; i < items.count; i++) {
        const Pixels own = images(y, i * items.each, items.each);
        body(sums[i * y.c + c], static_cast<double>(own.at[c]),
             static_cast<double>(own.n * y.h * y.w));
      }
    };
    double total = 0, squares = 0;
    each_item([&](const PairOfSums& own, double centre, double places) {
      total += own.first + places * centre;
    });
    const double mean = total / count;
    each_item([&](const PairOfSums& own, double centre, double places) {  // Chan et al. 1979
      const double off = mean - centre;
      squares += own.second - 2 * off * own.first + places * off * off;
    });
    const double spread = squares / count;
    const float var = static_cast<float>(spread < 0 ? 0 : spread);  // NaN stays
    to.mean[c] = static_cast<float>(mean);
    to.inverse_std[c] = 1 / __builtin_sqrtf(var + to.eps);
    const float unbiased = var * static_cast<float>(count / (count - 1));
    to.running_mean[c] = keep * to.running_mean[c] + move * to.mean[c];
    to.running_var[c] = keep * to.running_var[c] + move * unbiased;
  }
}

// to[i] = the sum of item's numbers over all items.
void add_up(const float* parts, int64_t items, int64_t count, int64_t stride, float* to) {
  in_chunks(count, [&](int64_t first, int64_t size) {
    for (int64_t i = first; i < first + size; i += LANES) {
      const int64_t lanes = minimum(LANES, first + size - i);
      Sum sum;
      for (int64_t item = 0; item < items; item++) sum.add(load_some(parts + item * stride + i, lanes));
      store_some(to + i, sum.lanes(), lanes);
    }
  });
}

}  // namespace

void pixels_normed_conv(const Convolution& conv, const Pixels& x, const Normed& norm,
                        const float* packed, const float* bias, const Pixels& y,
                        const Statistics* statistics) {
  const Items items(x.n, maximum(x.h * x.w * x.c, y.h * y.w * y.c), 0);
  const Walk walk(x);
  const Patterns patterns = Patterns::of(
      walk, x.c, norm, scratch_floats(Scratch::tile_results, Patterns::size(walk)));
  PairOfSums* const sums = sums_of(items.count, y.c);
  parallel_for(items.count, [&](int64_t item) {
    const Pixels from = images(x, item * items.each, items.each);
    const Pixels to = images(y, item * items.each, items.each);
    const Pixels z = framed(Scratch::taps, from, reading(conv));
    normalise(from, patterns, z);
    pixels_conv(of_images(conv, from.n), z, packed, {.bias = bias}, to);
    if (statistics != nullptr) measure(to, sums + item * y.c);
  });
  if (statistics != nullptr) finish(sums, items, y, *statistics);
}

void pixels_normed_conv_grad(const Convolution& conv, const Pixels& x, const Normed& norm,
                             const float* weight, const Pixels& grad, const NormedGradient& after,
                             const Pixels& grad_x, float* const gradients[4]) {
  const int64_t size = conv.f * conv.channels() * conv.cells(), stride = size + conv.f;
  const Items items(x.n, maximum(x.h * x.w * x.c, grad.h * grad.w * grad.c), size);
  const Walk walk(x), walk_y(grad);
  float* const memory = scratch_floats(Scratch::tile_results,
                                       Patterns::size(walk) + Patterns::size(walk_y));
  const Patterns patterns = Patterns::of(walk, x.c, norm, memory);
  const Patterns patterns_y = Patterns::of(walk_y, grad.c, after, grad.n * grad.h * grad.w,
                                           memory + Patterns::size(walk));
  float* const parts = scratch_floats(Scratch::packed_a, items.count * stride);
  PairOfSums* const sums = sums_of(items.count, x.c);
  parallel_for(items.count, [&](int64_t item) {
    const int64_t first = item * items.each;
    const Pixels from = images(x, first, items.each), back = images(grad_x, first, items.each);
    const Convolution part = of_images(conv, from.n);
    Pixels grad_y = images(grad, first, items.each);
    if (after.y != nullptr) {
      const Pixels given = grad_y;
      grad_y = framed(Scratch::nonzero, given, turning(conv));
      differentiate(given, images(*after.y, first, items.each), patterns_y, grad_y);
    }
    const Pixels z = framed(Scratch::taps, from, reading(conv));
    normalise(from, patterns, z);
    float *const own = parts + item * stride, *const bias = own + size;
    pixels_conv_grad_weight(part, z, grad_y, own, gradients[1] == nullptr ? nullptr : bias);
    pixels_conv_grad_x(part, grad_y, weight, back);
    sum_pairs(
        Walk(back, from), x.c, [&](int64_t j) { return GradientSums{patterns.at(j)}; },
        sums + item * x.c, back, from);
  });
  add_up(parts, items.count, size, stride, gradients[0]);
  if (gradients[1] != nullptr) add_up(parts + size, items.count, conv.f, stride, gradients[1]);
  for (int64_t c = 0; c < x.c; c++) {
    PairOfSums total{0, 0};
    for (int64_t i = 0; i < items.count; i++) {
      total.first += sums[i * x.c + c].first;
      total.second += sums[i * x.c + c].second;
    }
    gradients[2][c] = static_cast<float>(total.second * norm.inverse_std[c]);
    gradients[3][c] = static_cast<float>(total.first);
  }
}

void pixels_normed_grad(const Pixels& grad, const NormedGradient& after, const Pixels& grad_y) {
  const Walk walk(grad_y, grad, *after.y);
  const Patterns patterns = Patterns::of(
      walk, grad.c, after, grad.n * grad.h * grad.w,
      scratch_floats(Scratch::tile_results, Patterns::size(walk)));
  map_pixels(walk, grad_y, gradient_of(patterns), grad, *after.y);
}

}  // namespace badak::BADAK_ISA
