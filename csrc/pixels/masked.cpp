// masked.cpp -- the gradients of a convolution and of the limits after it (ReLU, ReLU6).
//   x, z, gradients (N, H, W, C) pixels, or x the planes of a first layer.
// Method: some images at a time, so that all stays in a core's cache: mask the gradient into this
// thread's memory, then both gradients from there. Four streams of maps in place of seven: where
// convolutions have few products a number, memory is what they wait for. The kernels are those of
// conv.h; inside an item they run on one thread. Sums over items are added up in their order.
// Precondition: x lies in the frame that the window reads; grad and z in any.
#include "pixels/masked.h"

#include "pixels/items.h"
#include "pixels/maps.h"

namespace badak::BADAK_ISA {

namespace {

int64_t weights(const Convolution& conv) { return conv.f * conv.channels() * conv.cells(); }

// What body(item, its convolution, grad_y, grad_weight, grad_bias) writes for each, added up. The
// frame is that of grad_y.
template <class Body>
void in_items(const Convolution& conv, const Items& items, const MaskedGradient& masked,
              const FramedSize& frame, float* grad_weight, float* grad_bias, const Body& body) {
  const int64_t size = weights(conv), stride = size + conv.f;
  float* const parts = scratch_floats(Scratch::normed_weight, items.count * stride);
  parallel_for(items.count, [&](int64_t item) {
    const Pixels given = items.of(masked.grad, item);
    const Pixels grad_y = framed(Scratch::normed_gradient, given, frame);
    pixels_mask(given, items.of(masked.z, item), masked.low, masked.high, grad_y);
    float *const own = parts + item * stride, *const bias = own + size;
    body(item, of_images(conv, given.n), grad_y, own, grad_bias == nullptr ? nullptr : bias);
  });
  add_up(parts, items.count, size, stride, grad_weight);
  if (grad_bias != nullptr) add_up(parts + size, items.count, conv.f, stride, grad_bias);
}

Items items_of(const Convolution& conv) {
  const Maps& m = conv.maps;
  return {m.n, maximum(m.h * m.w * m.c, m.oh * m.ow * conv.f), weights(conv)};
}

}  // namespace

void pixels_masked_conv_grad(const Convolution& conv, const Pixels& x, const float* weight,
                             const MaskedGradient& grad, const Pixels* add, const Pixels* grad_x,
                             float* grad_weight, float* grad_bias) {
  const Items items = items_of(conv);
  in_items(
      conv, items, grad, turning(conv), grad_weight, grad_bias,
      [&](int64_t item, const Convolution& part, const Pixels& grad_y, float* own, float* bias) {
        pixels_conv_grad_weight(part, items.of(x, item), grad_y, own, bias);
        if (grad_x == nullptr) return;
        const Pixels before = items.of(add == nullptr ? *grad_x : *add, item);
        pixels_conv_grad_x(part, grad_y, weight, add == nullptr ? nullptr : &before,
                           items.of(*grad_x, item));
      });
}

void planes_masked_conv_grad(const Convolution& conv, const float* x, const MaskedGradient& grad,
                             float* grad_weight, float* grad_bias) {
  const Items items = items_of(conv);
  const int64_t image = conv.maps.c * conv.maps.h * conv.maps.w;
  in_items(
      conv, items, grad, {}, grad_weight, grad_bias,
      [&](int64_t item, const Convolution& part, const Pixels& grad_y, float* own, float* bias) {
        planes_conv_grad_weight(part, x + items.first(item) * image, grad_y, own, bias);
      });
}

}  // namespace badak::BADAK_ISA
