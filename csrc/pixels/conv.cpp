// conv.cpp -- which way a convolution of pixels takes: the only file that decides it.
#include "pixels/conv.h"

#include "pixels/depthwise.h"
#include "pixels/direct.h"
#include "pixels/maps.h"
#include "pixels/winograd.h"

namespace badak::BADAK_ISA {

void pixels_conv_packed_size(const Convolution& conv, int64_t* size) {
  *size = suits_depthwise(conv)         ? depthwise_size(conv)
          : suits_pixels_winograd(conv) ? pixels_winograd_size(conv)
                                        : direct_size(conv);
}

void pixels_conv_pack(const Convolution& conv, const float* weight, float* packed) {
  if (suits_depthwise(conv)) return depthwise_pack(conv, weight, packed);
  if (suits_pixels_winograd(conv)) return pixels_winograd_pack(conv, weight, packed);
  direct_pack(conv, weight, packed);
}

void pixels_conv(const Convolution& conv, const Pixels& x, const float* packed,
                 const Finish& finish, const Pixels& y) {
  if (suits_depthwise(conv)) return depthwise(conv, x, packed, finish, y);
  if (suits_pixels_winograd(conv)) return pixels_winograd(conv, x, packed, finish, y);
  direct(conv, x, packed, finish, y);
}

void pixels_conv_grad_x(const Convolution& conv, const Pixels& grad_y, const float* weight,
                        const Pixels* add, const Pixels& grad_x) {
  if (!suits_depthwise(conv) && suits_pixels_winograd_grad_x(conv))
    return pixels_winograd_grad_x(conv, grad_y, weight, add, grad_x);
  if (!suits_depthwise(conv) && conv.window.sh == 1 && conv.window.sw == 1)
    return direct_grad_x(conv, grad_y, weight, add, grad_x);
  if (suits_depthwise(conv))
    depthwise_grad_x(conv, grad_y, weight, grad_x);
  else
    direct_grad_x(conv, grad_y, weight, nullptr, grad_x);
  if (add != nullptr) pixels_add(grad_x, *add, grad_x);
}

void pixels_conv_grad_weight(const Convolution& conv, const Pixels& x, const Pixels& grad_y,
                             float* grad_weight, float* grad_bias) {
  if (suits_depthwise(conv)) return depthwise_grad_weight(conv, x, grad_y, grad_weight, grad_bias);
  if (suits_pixels_winograd_grad_weight(conv))
    return pixels_winograd_grad_weight(conv, x, grad_y, grad_weight, grad_bias);
  direct_grad_weight(conv, x, grad_y, grad_weight, grad_bias);
}

void planes_conv_packed_size(const Convolution& conv, int64_t* size) { *size = planes_size(conv); }

void planes_conv_pack(const Convolution& conv, const float* weight, float* packed) {
  planes_pack(conv, weight, packed);
}

void planes_conv(const Convolution& conv, const float* x, const float* packed, const Finish& finish,
                 const Pixels& y) {
  planes(conv, x, packed, finish, y);
}

void planes_conv_grad_weight(const Convolution& conv, const float* x, const Pixels& grad_y,
                             float* grad_weight, float* grad_bias) {
  planes_grad_weight(conv, x, grad_y, grad_weight, grad_bias);
}

}  // namespace badak::BADAK_ISA
