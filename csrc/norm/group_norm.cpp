// group_norm.cpp -- the same numbers as badak.ops.reference.norm, for float; sums in double.
//   x, y and gradients (N, C, H, W), C-contiguous, places = H * W; weight and bias (C,); mean and
//   inverse_std (N, G), of the C / G neighbouring channels of a group.
// Method: a group of an image by itself, from the first sum to the last number, so that it stays in
// the cache. The mean is taken first and the squares around it, so that far from 0 no digits are
// lost. Backward keeps two sums per image and channel, and adds the images in order.
// Precondition: G divides C.
#include "norm/norm.h"
#include "simd/sums.h"
#include "threads/split.h"

namespace badak::BADAK_ISA {

namespace {

// body(group, first channel, end): for all groups of all images, in parallel. `group` counts
// through the images, and so do the channels: image n's channel c is n * C + c.
template <class Body>
inline void each_group(const Images& images, int64_t groups, const Body& body) {
  const int64_t channels = images.c / groups;
  in_groups(images.n * groups, channels * images.places,
            [&](int64_t group) { body(group, group * channels, (group + 1) * channels); });
}

}  // namespace

void group_norm(const float* x, const Groups& groups, float* y, const Images& images, float eps) {
  const int64_t places = images.places, numbers = images.c / groups.count * places;
  const double count = static_cast<double>(numbers);
  each_group(images, groups.count, [&](int64_t group, int64_t first, int64_t end) {
    Sum sum, off, squares;
    each_vec(numbers, [&](Vec x) { sum.add(x); }, x + first * places);
    const float mean = static_cast<float>(sum.total() / count);
    // The mean as float is a little off: what the differences add up to says by how much.
    each_difference(numbers, x + first * places, mean, [&](Vec difference) {
      off.add(difference);
      squares.add_square(difference);
    });
    const double shift = off.total() / count, spread = squares.total() / count - shift * shift;
    const float var = static_cast<float>(spread < 0 ? 0 : spread);  // NaN stays
    const float inverse = 1 / __builtin_sqrtf(var + eps);
    groups.mean[group] = mean;
    groups.inverse_std[group] = inverse;
    for (int64_t channel = first; channel < end; channel++)
      map_range(
          channel * places, (channel + 1) * places, y,
          [=, weight = groups.weight[channel % images.c], bias = groups.bias[channel % images.c]](
              Vec x) { return (x - mean) * inverse * weight + bias; },
          x);
  });
}

void group_norm_backward(const float* grad_y, const float* x, const ChannelGradients& channels,
                         int64_t groups, float* grad_x, const Images& images) {
  const int64_t places = images.places, all = images.n * images.c;
  const float count = static_cast<float>(images.c / groups * places);
  auto* of_bias = static_cast<double*>(
      scratch(Scratch::partial, static_cast<size_t>(all) * 2 * sizeof(double)));
  double* of_weight = of_bias + all;

  each_group(images, groups, [&](int64_t group, int64_t first, int64_t end) {
    const float mean = channels.mean[group], inverse = channels.inverse_std[group];
    double by_bias = 0, by_weight = 0;  // what reached the group's mean, and its deviation
    for (int64_t channel = first; channel < end; channel++) {
      Sum bias, scaled;
      each_vec(
          places,
          [&](Vec grad, Vec x) {
            bias.add(grad);  // 0 after the end
            scaled.add(grad * ((x - mean) * inverse));
          },
          grad_y + channel * places, x + channel * places);
      const double weight = channels.weight[channel % images.c];
      by_bias += weight * (of_bias[channel] = bias.total());
      by_weight += weight * (of_weight[channel] = scaled.total());
    }
    const float mean_bias = static_cast<float>(by_bias) / count;
    const float mean_weight = static_cast<float>(by_weight) / count;
    for (int64_t channel = first; channel < end; channel++)
      map_range(
          channel * places, (channel + 1) * places, grad_x,
          [=, weight = channels.weight[channel % images.c]](Vec grad, Vec x) {
            return (grad * weight - (mean_bias + (x - mean) * inverse * mean_weight)) * inverse;
          },
          grad_y, x);
  });
  for (int64_t c = 0; c < images.c; c++) {
    double bias = 0, weight = 0;
    for (int64_t channel = c; channel < all; channel += images.c) {
      bias += of_bias[channel];
      weight += of_weight[channel];
    }
    channels.grad_bias[c] = static_cast<float>(bias);
    channels.grad_weight[c] = static_cast<float>(weight);
  }
}

}  // namespace badak::BADAK_ISA
