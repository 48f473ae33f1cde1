// layer_norm.cpp -- the same numbers as badak.ops.reference.layer_norm, for float; sums in double.
//   x, y and gradients (N, C, H, W), C-contiguous, places = H * W; weight and bias (C,); mean and
//   inverse_std (N, places), of the C channels at a place.
// Method: LANES places at once, channel by channel; if an image has one place, LANES channels at
// once. The mean is taken first and the squares around it, so that far from 0 no digits are lost.
// Backward adds what reaches weight and bias image by image, in order.
// No precondition.
#include "norm/norm.h"
#include "simd/sums.h"
#include "simd/vector_math.h"
#include "threads/split.h"

namespace badak::BADAK_ISA {

namespace {

struct Moments {
  float mean, inverse_std;
};

Moments moments_of(const float* row, int64_t count, float eps) {
  const double numbers = static_cast<double>(count);
  Sum sum, off, squares;
  each_vec(count, [&](Vec x) { sum.add(x); }, row);
  const float mean = static_cast<float>(sum.total() / numbers);
  // The mean as float is a little off: what the differences add up to says by how much.
  each_difference(count, row, mean, [&](Vec difference) {
    off.add(difference);
    squares.add_square(difference);
  });
  const double shift = off.total() / numbers, spread = squares.total() / numbers - shift * shift;
  const float var = static_cast<float>(spread < 0 ? 0 : spread);  // NaN stays
  return {mean, 1 / __builtin_sqrtf(var + eps)};
}

void norm_rows(const float* x, const LayerNorm& norm, float* y, int64_t rows, int64_t count,
               float eps) {
  in_groups(rows, count, [&](int64_t row) {
    const Moments moments = moments_of(x + row * count, count, eps);
    norm.mean[row] = moments.mean;
    norm.inverse_std[row] = moments.inverse_std;
    map_range(
        0, count, y + row * count,
        [=](Vec x, Vec weight, Vec bias) {
          return (x - moments.mean) * moments.inverse_std * weight + bias;
        },
        x + row * count, norm.weight, norm.bias);
  });
}

// body(first number, its number among the places of all images, how many) for LANES places at once.
template <class Body>
inline void each_block(const Images& images, const Body& body) {
  const int64_t blocks = ceil_div(images.places, LANES);
  in_groups(images.n * blocks, images.c * LANES, [&](int64_t i) {
    const int64_t image = i / blocks, place = i % blocks * LANES;
    body(image * images.c * images.places + place, image * images.places + place,
         minimum(LANES, images.places - place));
  });
}

}  // namespace

void layer_norm(const float* x, const LayerNorm& norm, float* y, const Images& images, float eps) {
  if (images.places == 1) return norm_rows(x, norm, y, images.n, images.c, eps);
  const int64_t places = images.places, channels = images.c;
  const double share = 1 / static_cast<double>(channels);
  each_block(images, [&](int64_t at, int64_t place, int64_t size) {
    Sum sum, off, squares;
    for (int64_t c = 0; c < channels; c++) sum.add(load_some(x + at + c * places, size));
    const Vec mean = sum.lanes(share);
    for (int64_t c = 0; c < channels; c++) {
      const Vec difference = load_some(x + at + c * places, size) - mean;
      off.add(difference);
      squares.add_square(difference);
    }
    const Vec shift = off.lanes(share), spread = squares.lanes(share) - shift * shift;
    const Vec inverse = 1.0f / sqrt((spread < 0.0f ? Vec{} : spread) + eps);
    store_some(norm.mean + place, mean, size);
    store_some(norm.inverse_std + place, inverse, size);
    for (int64_t c = 0; c < channels; c++) {
      const Vec normal = (load_some(x + at + c * places, size) - mean) * inverse;
      store_some(y + at + c * places, normal * norm.weight[c] + norm.bias[c], size);
    }
  });
}

namespace {

void rows_backward(const float* grad_y, const float* x, const LayerNormGradients& norm,
                   float* grad_x, int64_t rows, int64_t count) {
  in_groups(rows, count, [&](int64_t row) {
    const int64_t at = row * count;
    const float mean = norm.mean[row], inverse = norm.inverse_std[row];
    Sum by_mean, by_std;  // what reached the row's mean, and its deviation
    each_vec(
        count,
        [&](Vec grad, Vec x, Vec weight) {
          by_mean.add(grad * weight);  // 0 after the end
          by_std.add(grad * weight * ((x - mean) * inverse));
        },
        grad_y + at, x + at, norm.weight);
    const float mean_of = static_cast<float>(by_mean.total() / static_cast<double>(count));
    const float mean_by = static_cast<float>(by_std.total() / static_cast<double>(count));
    map_range(
        0, count, grad_x + at,
        [=](Vec grad, Vec x, Vec weight) {
          return (grad * weight - (mean_of + (x - mean) * inverse * mean_by)) * inverse;
        },
        grad_y + at, x + at, norm.weight);
  });
  parallel_for(ceil_div(count, LANES), [&](int64_t vector) {
    const int64_t at = vector * LANES, size = minimum(LANES, count - at);
    Sum bias, weight;
    for (int64_t row = 0; row < rows; row++) {
      const Vec grad = load_some(grad_y + row * count + at, size);
      const Vec normal =
          (load_some(x + row * count + at, size) - norm.mean[row]) * norm.inverse_std[row];
      bias.add(grad);
      weight.add(grad * normal);
    }
    store_some(norm.grad_bias + at, bias.lanes(), size);
    store_some(norm.grad_weight + at, weight.lanes(), size);
  });
}

// The gradients of weight and bias: sums over an image's channel, then over the images.
void channel_sums(const float* grad_y, const float* x, const LayerNormGradients& norm,
                  const Images& images) {
  const int64_t places = images.places, all = images.n * images.c;
  auto* of_bias = static_cast<double*>(
      scratch(Scratch::partial, static_cast<size_t>(all + 1) * 2 * sizeof(double)));
  double* of_weight = of_bias + all;
  in_groups(all, places, [&](int64_t channel) {
    Sum bias, weight;
    const int64_t place = channel / images.c * places;
    each_vec(
        places,
        [&](Vec grad, Vec x, Vec mean, Vec inverse) {
          bias.add(grad);
          weight.add(grad * ((x - mean) * inverse));
        },
        grad_y + channel * places, x + channel * places, norm.mean + place,
        norm.inverse_std + place);
    of_bias[channel] = bias.total();
    of_weight[channel] = weight.total();
  });
  for (int64_t c = 0; c < images.c; c++) {
    double bias = 0, weight = 0;
    for (int64_t channel = c; channel < all; channel += images.c) {
      bias += of_bias[channel];
      weight += of_weight[channel];
    }
    norm.grad_bias[c] = static_cast<float>(bias);
    norm.grad_weight[c] = static_cast<float>(weight);
  }
}

}  // namespace

void layer_norm_backward(const float* grad_y, const float* x, const LayerNormGradients& norm,
                         float* grad_x, const Images& images) {
  if (images.places == 1) return rows_backward(grad_y, x, norm, grad_x, images.n, images.c);
  const int64_t places = images.places, channels = images.c;
  const double share = 1 / static_cast<double>(channels);
  channel_sums(grad_y, x, norm, images);
  each_block(images, [&](int64_t at, int64_t place, int64_t size) {
    const Vec mean = load_some(norm.mean + place, size);
    const Vec inverse = load_some(norm.inverse_std + place, size);
    Sum by_mean, by_std;
    for (int64_t c = 0; c < channels; c++) {
      const Vec grad = load_some(grad_y + at + c * places, size) * norm.weight[c];
      by_mean.add(grad);
      by_std.add(grad * ((load_some(x + at + c * places, size) - mean) * inverse));
    }
    const Vec mean_of = by_mean.lanes(share), mean_by = by_std.lanes(share);
    for (int64_t c = 0; c < channels; c++) {
      const Vec grad = load_some(grad_y + at + c * places, size) * norm.weight[c];
      const Vec normal = (load_some(x + at + c * places, size) - mean) * inverse;
      store_some(grad_x + at + c * places, (grad - (mean_of + normal * mean_by)) * inverse, size);
    }
  });
}

}  // namespace badak::BADAK_ISA
