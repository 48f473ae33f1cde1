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

#include "pixels/items.h"
#include "pixels/norm.h"

namespace badak::BADAK_ISA {

namespace {

void normalise(const Pixels& x, const Normed& norm, const Pixels& z) {
  const auto writable = [](const float* numbers) { return const_cast<float*>(numbers); };
  pixels_norm_apply(x,
                    {.weight = norm.weight,
                     .bias = norm.bias,
                     .running_mean = nullptr,
                     .running_var = nullptr,
                     .mean = writable(norm.mean),
                     .inverse_std = writable(norm.inverse_std),
                     .new_running_mean = nullptr,
                     .new_running_var = nullptr},
                    {.low = norm.low, .high = norm.high}, z);
}

ChannelGradients channels_of(const Normed& norm, const float* weight, const float* bias) {
  return {.weight = norm.weight,
          .mean = norm.mean,
          .inverse_std = norm.inverse_std,
          .grad_weight = const_cast<float*>(weight),
          .grad_bias = const_cast<float*>(bias)};
}
NormFinish finish_of(const Normed& norm) {
  return {.bias = norm.bias, .z = nullptr, .low = norm.low, .high = norm.high, .grad_add = nullptr};
}

// The gradient of y from that of what the norm made of it; all are over `count` numbers.
void differentiate(const Pixels& grad, const Pixels& y, const NormedGradient& after, int64_t count,
                   const Pixels& grad_y) {
  norm_gradient(grad, y, channels_of(after.norm, after.grad_weight, after.grad_bias),
                finish_of(after.norm), count, grad_y);
}

// The sums of an item's y, and the centres that they are around.
struct ItemSums {
  PairOfSums* sums;
  float* centres;
};
ItemSums sums_of(const Items& items, int64_t c) {
  const size_t all = static_cast<size_t>(items.count * c);
  auto* const sums = static_cast<PairOfSums*>(
      scratch(Scratch::normed_sums, all * (sizeof(PairOfSums) + sizeof(float))));
  return {sums, reinterpret_cast<float*>(sums + all)};
}

void finish(const ItemSums& all, const Items& items, const Pixels& y, const Statistics& to) {
  const double count = static_cast<double>(y.n * y.h * y.w);
  const float keep = static_cast<float>(1 - to.momentum), move = static_cast<float>(to.momentum);
  for (int64_t c = 0; c < y.c; c++) {
    const auto each_item = [&](const auto& body) {
      for (int64_t i = 0; i < items.count; i++) {
        body(all.sums[i * y.c + c], static_cast<double>(all.centres[i * y.c + c]),
             static_cast<double>(items.size(i) * y.h * y.w));
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

}  // namespace

void pixels_normed_conv(const Convolution& conv, const Pixels& x, const Normed& norm,
                        const float* packed, const float* bias, const Pixels& y,
                        const Statistics* statistics) {
  const Items items(x.n, maximum(x.h * x.w * x.c, y.h * y.w * y.c), 0);
  const ItemSums sums = sums_of(items, y.c);
  parallel_for(items.count, [&](int64_t item) {
    const Pixels from = items.of(x, item), to = items.of(y, item);
    const Pixels z = framed(Scratch::normed, from, reading(conv));
    normalise(from, norm, z);
    pixels_conv(conv, z, packed, {.bias = bias}, to);  // which way it takes is packed for all
    if (statistics != nullptr) norm_sums(to, sums.centres + item * y.c, sums.sums + item * y.c);
  });
  if (statistics != nullptr) finish(sums, items, y, *statistics);
}

void pixels_normed_conv_grad(const Convolution& conv, const Pixels& x, const Normed& norm,
                             const float* weight, const Pixels& grad, const NormedGradient& after,
                             const Pixels& grad_x, float* const gradients[4]) {
  const int64_t size = conv.f * conv.channels() * conv.cells(), stride = size + conv.f;
  const Items items(x.n, maximum(x.h * x.w * x.c, grad.h * grad.w * grad.c), size);
  float* const parts = scratch_floats(Scratch::normed_weight, items.count * stride);
  PairOfSums* const sums = sums_of(items, x.c).sums;
  parallel_for(items.count, [&](int64_t item) {
    const Pixels from = items.of(x, item), back = items.of(grad_x, item);
    const Convolution part = of_images(conv, from.n);
    Pixels grad_y = items.of(grad, item);
    if (after.y != nullptr) {
      const Pixels given = grad_y;
      grad_y = framed(Scratch::normed_gradient, given, turning(conv));
      differentiate(given, items.of(*after.y, item), after, grad.n * grad.h * grad.w, grad_y);
    }
    const Pixels z = framed(Scratch::normed, from, reading(conv));
    normalise(from, norm, z);
    float *const own = parts + item * stride, *const bias = own + size;
    pixels_conv_grad_weight(part, z, grad_y, own, gradients[1] == nullptr ? nullptr : bias);
    pixels_conv_grad_x(part, grad_y, weight, nullptr, back);
    norm_gradient_sums(back, from, channels_of(norm, nullptr, nullptr), finish_of(norm),
                       sums + item * x.c);
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
  differentiate(grad, *after.y, after, grad.n * grad.h * grad.w, grad_y);
}

}  // namespace badak::BADAK_ISA
