// strided.cpp -- the same numbers as badak.ops.reference.conv.conv2d and its gradients of weight
// and bias, for a stride that makes 3x3 of the kernel: 11x11 in steps of 4, 5x5 in steps of 2.
//   x (N, C, H, W), weight (F, C, K, K), y (N, F, OH, OW); all C-contiguous.
// Method: with stride S, the rows and columns of x that leave the same remainders are a map of
// their own. Over these C S S maps the convolution has steps of 1 and a kernel of K / S cells,
// rounded up, zeros beyond the last: winograd.cpp takes it. x is laid out anew in each call.
// Precondition: suits_strided.
#include "conv2d/strided.h"

#include "conv2d/winograd.h"

namespace badak::BADAK_ISA {

namespace {

constexpr int64_t KERNEL = 3;     // of the convolution in steps of 1
constexpr int64_t CHANNELS = 32;  // and its channels at least: fewer do not repay the layout

int64_t channels_in_steps(const Convolution& conv) {
  return conv.maps.c * conv.window.sh * conv.window.sw;
}

// The same convolution in steps of 1.
Convolution in_steps(const Convolution& conv) {
  const Maps& maps = conv.maps;
  Convolution result = conv;
  result.maps.c = channels_in_steps(conv);
  result.maps.h = maps.oh + KERNEL - 1, result.maps.w = maps.ow + KERNEL - 1;
  result.window = {KERNEL, KERNEL, 1, 1, 0, 0, 1, 1};
  return result;
}

// Every stride-th number of a row, from each remainder on: to + remainder * step holds `count`.
void split_row(const float* row, int64_t stride, int64_t count, int64_t step, float* to) {
  for (int64_t j = 0; j < count; j += LANES) {
    const float* const from = row + j * stride;
    if (stride == 4) {
      Vec even[2], odd[2], parts[4];
      split_pairs(load(from), load(from + LANES), even[0], odd[0]);
      split_pairs(load(from + 2 * LANES), load(from + 3 * LANES), even[1], odd[1]);
      split_pairs(even[0], even[1], parts[0], parts[2]);
      split_pairs(odd[0], odd[1], parts[1], parts[3]);
      for (int64_t b = 0; b < 4; b++) store_some(to + b * step + j, parts[b], count - j);
    } else {
      for (int64_t b = 0; b < stride; b++)
        for (int64_t i = 0; i < minimum(LANES, count - j); i++)
          to[b * step + j + i] = from[i * stride + b];
    }
  }
}

// x as the maps of `inner`: (N, C, S, S, rows, columns).
const float* split_maps(const Convolution& conv, const Convolution& inner, const float* x) {
  const Maps &maps = conv.maps, &small = inner.maps;
  const int64_t stride = conv.window.sh, size = small.h * small.w;
  const int64_t padded = (small.w + LANES) * stride;  // numbers of a row with its padding
  const int64_t kept = minimum(maps.w, padded - conv.window.left);
  float* result = scratch_floats(Scratch::shared, maps.n * small.c * size);
  parallel_for(maps.n * maps.c, [&](int64_t map) {
    float* row = scratch_floats(Scratch::columns, padded);
    clear(row, padded);
    for (int64_t i = 0; i < small.h; i++)
      for (int64_t a = 0; a < stride; a++) {
        const int64_t y = i * stride + a - conv.window.top;
        float* to = result + (map * stride + a) * stride * size + i * small.w;
        if (y < 0 || y >= maps.h) {
          for (int64_t b = 0; b < stride; b++) clear(to + b * size, small.w);
          continue;
        }
        memcpy(row + conv.window.left, x + (map * maps.h + y) * maps.w,
               static_cast<size_t>(kept) * sizeof(float));
        split_row(row, stride, small.w, size, to);
      }
  });
  return result;
}

// body(where it stands in weight, where in that of `inner`) for each weight of a filter.
template <class Body>
void each_weight(const Convolution& conv, const Body& body) {
  const int64_t stride = conv.window.sh, kernel = conv.window.kh;
  int64_t from = 0;
  for (int64_t c = 0; c < conv.maps.c; c++)
    for (int64_t u = 0; u < kernel; u++)
      for (int64_t v = 0; v < kernel; v++, from++) {
        const int64_t channel = (c * stride + u % stride) * stride + v % stride;
        body(from, (channel * KERNEL + u / stride) * KERNEL + v / stride);
      }
}

}  // namespace

bool suits_strided(const Convolution& conv) {
  const Window& w = conv.window;
  return conv.maps.n > 0 && w.sh > 1 && w.sw == w.sh && w.kw == w.kh &&
         ceil_div(w.kh, w.sh) == KERNEL && w.dh == 1 && w.dw == 1 && conv.groups == 1 &&
         channels_in_steps(conv) >= CHANNELS && suits_winograd(in_steps(conv));
}

void conv2d_strided(const Convolution& conv, const Epilogue& epilogue, const float* x,
                    const float* weight, const float* bias, float* y, uint8_t* winners) {
  const Convolution inner = in_steps(conv);
  const int64_t filter = conv.maps.c * conv.cells(), wide = inner.maps.c * inner.cells();
  float* spread = scratch_floats(Scratch::packed_weight, conv.f * wide);
  clear(spread, conv.f * wide);
  for (int64_t f = 0; f < conv.f; f++)
    each_weight(
        conv, [&](int64_t from, int64_t to) { spread[f * wide + to] = weight[f * filter + from]; });
  conv2d_winograd(inner, epilogue, split_maps(conv, inner, x), spread, bias, y, winners);
}

void grad_weight_strided(const GradientMaps& gradient, const float* x, float* grad_weight,
                         float* grad_bias) {
  const Convolution &conv = gradient.conv, inner = in_steps(conv);
  const int64_t filter = conv.maps.c * conv.cells(), wide = inner.maps.c * inner.cells();
  float* spread = scratch_floats(Scratch::packed_weight, conv.f * wide);
  const GradientMaps maps{inner, gradient.epilogue, gradient.grad_y, gradient.y, gradient.winners};
  grad_weight_winograd(maps, split_maps(conv, inner, x), spread, grad_bias);
  for (int64_t f = 0; f < conv.f; f++)
    each_weight(conv, [&](int64_t to, int64_t from) {
      grad_weight[f * filter + to] = spread[f * wide + from];
    });
}

}  // namespace badak::BADAK_ISA
