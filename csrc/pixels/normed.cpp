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

#include "pixels/normed_sums.h"
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

// Patterns of a norm's numbers (rows.h) for maps that are walked together.
struct NormPattern {
  const float *mean, *scale, *bias, *inverse;
  float low, high;

  static NormPattern of(const Walk& walk, int64_t c, const Normed& norm, float* memory) {
    const int64_t size = walk.padded();
    float* const scale = memory + size;
    const float* inverse = spread(walk, c, norm.inverse_std, memory + 3 * size);
    spread(walk, c, norm.weight, scale);
    for (int64_t i = 0; i < size; i++) scale[i] *= inverse[i];
    return {spread(walk, c, norm.mean, memory), scale,
            spread(walk, c, norm.bias, memory + 2 * size), inverse, norm.low, norm.high};
  }
  static int64_t size(const Walk& walk) { return 4 * walk.padded(); }

  Vec result(Vec y, int64_t j) const {
    return (y - load(mean + j)) * load(scale + j) + load(bias + j);
  }
  Vec passed(Vec grad, Vec y, int64_t j) const {
    const Vec z = result(y, j);
    return (z > low) & (z < high) ? grad : Vec{};
  }
};

void normalise(const Pixels& x, const Walk& walk, const NormPattern norm, const Pixels& z) {
  map_rows(walk, 0, walk.rows, z,
           [=](Vec x, int64_t j) { return between(norm.result(x, j), norm.low, norm.high); }, x);
}

// The gradient of y, as two patterns more; nothing if there is no y.
struct GradientPattern {
  NormPattern norm;
  const float *by_bias, *by_weight;

  static GradientPattern of(const Walk& walk, int64_t c, const NormedGradient& after,
                            int64_t count, float* memory) {
    if (after.y == nullptr) return {};
    float* const bias = memory + NormPattern::size(walk);
    float* const weight = bias + walk.padded();
    spread(walk, c, after.grad_bias, bias);
    spread(walk, c, after.grad_weight, weight);
    const NormPattern norm = NormPattern::of(walk, c, after.norm, memory);
    const float share = 1 / static_cast<float>(count);
    for (int64_t i = 0; i < walk.padded(); i++) {
      bias[i] *= share;
      weight[i] *= share * norm.inverse[i];
    }
    return {norm, bias, weight};
  }
  static int64_t size(const Walk& walk) { return NormPattern::size(walk) + 2 * walk.padded(); }

  Vec operator()(Vec grad, Vec y, int64_t j) const {
    const Vec centred = y - load(norm.mean + j);
    return (norm.passed(grad, y, j) - load(by_bias + j) - centred * load(by_weight + j)) *
           load(norm.scale + j);
  }
};

void differentiate(const Pixels& grad, const Pixels& y, const Walk& walk,
                   const GradientPattern pattern, const Pixels& grad_y) {
  map_rows(walk, 0, walk.rows, grad_y,
           [=](Vec grad, Vec y, int64_t j) { return pattern(grad, y, j); }, grad, y);
}

double* sums_of(int64_t items, int64_t c) {
  return static_cast<double*>(
      scratch(Scratch::normed_totals, static_cast<size_t>(items * 3 * c) * sizeof(double)));
}

// Sums of y and of its squares around its item's first pixel, and that pixel.
void measure(const Pixels& y, double* sums) {
  const Walk walk(y);
  float* const memory = scratch_floats(Scratch::normed_pattern, walk.padded());
  const float* centre = spread(walk, y.c, y.at, memory);
  for (int64_t c = 0; c < y.c; c++) sums[2 * y.c + c] = y.at[c];
  channel_sums(walk, y, sums, [&](const auto& read, int64_t j, Vec& first, Vec& second) {
    const Vec off = read(y) - load(centre + j);
    first += off;
    second += off * off;
  });
}

void finish(const double* sums, const Items& items, const Pixels& y, const Statistics& to) {
  const double count = static_cast<double>(y.n * y.h * y.w);
  const float keep = static_cast<float>(1 - to.momentum), move = static_cast<float>(to.momentum);
  for (int64_t c = 0; c < y.c; c++) {
    const auto own = [&](int64_t item) {
      return static_cast<double>(minimum(items.each, y.n - item * items.each) * y.h * y.w);
    };
    double total = 0, squares = 0;
    for (int64_t i = 0; i < items.count; i++) {
      const double* of = sums + i * 3 * y.c;
      total += of[c] + own(i) * of[2 * y.c + c];
    }
    const double mean = total / count;
    for (int64_t i = 0; i < items.count; i++) {  // around the mean: Chan et al. 1979
      const double* of = sums + i * 3 * y.c;
      const double off = mean - of[2 * y.c + c];
      squares += of[y.c + c] - 2 * off * of[c] + own(i) * off * off;
    }
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
  const Walk walk(images(x, 0, items.each));
  const NormPattern pattern = NormPattern::of(
      walk, x.c, norm, scratch_floats(Scratch::normed_patterns, NormPattern::size(walk)));
  double* const sums = sums_of(items.count, y.c);
  parallel_for(items.count, [&](int64_t item) {
    const Pixels from = images(x, item * items.each, items.each);
    const Pixels to = images(y, item * items.each, items.each);
    const Pixels z = framed(Scratch::normed, from, reading(conv));
    normalise(from, Walk(from, z), pattern, z);
    pixels_conv(of_images(conv, from.n), z, packed, {.bias = bias}, to);
    if (statistics != nullptr) measure(to, sums + item * 3 * y.c);
  });
  if (statistics != nullptr) finish(sums, items, y, *statistics);
}

void pixels_normed_conv_grad(const Convolution& conv, const Pixels& x, const Normed& norm,
                             const float* weight, const Pixels& grad, const NormedGradient& after,
                             const Pixels& grad_x, float* const gradients[4]) {
  const int64_t size = conv.f * conv.channels() * conv.cells();
  const Items items(x.n, maximum(x.h * x.w * x.c, grad.h * grad.w * grad.c), size);
  const Walk walk(images(x, 0, items.each)), walk_y(images(grad, 0, items.each));
  float* const memory = scratch_floats(Scratch::normed_patterns,
                                       NormPattern::size(walk) + GradientPattern::size(walk_y));
  const NormPattern pattern = NormPattern::of(walk, x.c, norm, memory);
  const GradientPattern pattern_y = GradientPattern::of(
      walk_y, grad.c, after, grad.n * grad.h * grad.w, memory + NormPattern::size(walk));
  const int64_t stride = size + conv.f;
  float* const parts = scratch_floats(Scratch::normed_parts, items.count * stride);
  double* const sums = sums_of(items.count, x.c);
  parallel_for(items.count, [&](int64_t item) {
    const int64_t first = item * items.each;
    const Pixels from = images(x, first, items.each), back = images(grad_x, first, items.each);
    const Convolution part = of_images(conv, from.n);
    Pixels grad_y = images(grad, first, items.each);
    if (after.y != nullptr) {
      const Pixels y = images(*after.y, first, items.each), given = grad_y;
      grad_y = framed(Scratch::normed_gradient, given, turning(conv));
      differentiate(given, y, Walk(given, y), pattern_y, grad_y);
    }
    const Pixels z = framed(Scratch::normed, from, reading(conv));
    normalise(from, Walk(from, z), pattern, z);
    float* const own = parts + item * stride;
    pixels_conv_grad_weight(part, z, grad_y, own, gradients[1] == nullptr ? nullptr : own + size);
    pixels_conv_grad_x(part, grad_y, weight, back);
    channel_sums(Walk(back, from), back, sums + item * 2 * x.c,
                 [&](const auto& read, int64_t j, Vec& by_bias, Vec& by_weight) {
                   const Vec numbers = read(from);
                   const Vec passed = pattern.passed(read(back), numbers, j);
                   by_bias += passed;
                   by_weight += passed * ((numbers - load(pattern.mean + j)) *
                                          load(pattern.inverse + j));
                 });
  });
  add_up(parts, items.count, size, stride, gradients[0]);
  if (gradients[1] != nullptr)
    add_up(parts + size, items.count, conv.f, stride, gradients[1]);
  for (int64_t which = 0; which < 2; which++)
    for (int64_t c = 0; c < x.c; c++) {
      double total = 0;
      for (int64_t i = 0; i < items.count; i++) total += sums[(i * 2 + which) * x.c + c];
      gradients[3 - which][c] = static_cast<float>(total);
    }
}

void pixels_normed_grad(const Pixels& grad, const NormedGradient& after, int64_t count,
                        const Pixels& grad_y) {
  const Walk walk(grad, *after.y, grad_y);
  const GradientPattern pattern = GradientPattern::of(
      walk, grad.c, after, count,
      scratch_floats(Scratch::normed_patterns, GradientPattern::size(walk)));
  map_pixels(walk, grad_y,
             [=](Vec grad, Vec y, int64_t j) { return pattern(grad, y, j); }, grad, *after.y);
}

}  // namespace badak::BADAK_ISA
