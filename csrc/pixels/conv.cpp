// conv.cpp -- which way a convolution of pixels takes: the only file that decides it.
#include "pixels/conv.h"

#include "pixels/depthwise.h"
#include "pixels/direct.h"
#include "pixels/maps.h"
#include "pixels/winograd.h"

namespace badak::BADAK_ISA {

namespace {

bool suits_winograd(const Convolution& conv, Direction direction) {
  switch (direction) {
    case Direction::forward:
      return suits_pixels_winograd(conv);
    case Direction::grad_x:
      return suits_pixels_winograd_grad_x(conv);
    default:
      return suits_pixels_winograd_grad_weight(conv);
  }
}

Way way_of(const Convolution& conv, Direction direction) {
  if (wanted_way == Way::direct) return Way::direct;
  if (suits_depthwise(conv)) return Way::depthwise;
  const bool wanted = wanted_way == Way::winograd && can_pixels_winograd(conv);
  return wanted || suits_winograd(conv, direction) ? Way::winograd : Way::direct;
}

}  // namespace

void pixels_conv_way(const Convolution& conv, Direction direction, const char** name) {
  *name = WAY_NAMES[static_cast<int>(way_of(conv, direction))];
}

void pixels_conv_packed_size(const Convolution& conv, int64_t* size) {
  switch (way_of(conv, Direction::forward)) {
    case Way::depthwise:
      *size = depthwise_size(conv);
      break;
    case Way::winograd:
      *size = pixels_winograd_size(conv);
      break;
    default:
      *size = direct_size(conv);
  }
}

void pixels_conv_pack(const Convolution& conv, const float* weight, float* packed) {
  switch (way_of(conv, Direction::forward)) {
    case Way::depthwise:
      return depthwise_pack(conv, weight, packed);
    case Way::winograd:
      return pixels_winograd_pack(conv, weight, packed);
    default:
      return direct_pack(conv, weight, packed);
  }
}

void pixels_conv(const Convolution& conv, const Pixels& x, const float* packed,
                 const Finish& finish, const Pixels& y) {
  switch (way_of(conv, Direction::forward)) {
    case Way::depthwise:
      return depthwise(conv, x, packed, finish, y);
    case Way::winograd:
      return pixels_winograd(conv, x, packed, finish, y);
    default:
      return direct(conv, x, packed, finish, y);
  }
}

void pixels_conv_grad_x(const Convolution& conv, const Pixels& grad_y, const float* weight,
                        const Pixels* add, const Pixels& grad_x) {
  const Way way = way_of(conv, Direction::grad_x);
  if (way == Way::winograd) return pixels_winograd_grad_x(conv, grad_y, weight, add, grad_x);
  if (way == Way::depthwise) {
    depthwise_grad_x(conv, grad_y, weight, grad_x);
  } else {
    const bool steps_of_1 = conv.window.sh == 1 && conv.window.sw == 1;
    direct_grad_x(conv, grad_y, weight, steps_of_1 ? add : nullptr, grad_x);
    if (steps_of_1) return;  // it has added
  }
  if (add != nullptr) pixels_add(grad_x, *add, grad_x);
}

void pixels_conv_grad_weight(const Convolution& conv, const Pixels& x, const Pixels& grad_y,
                             float* grad_weight, float* grad_bias) {
  switch (way_of(conv, Direction::grad_weight)) {
    case Way::depthwise:
      return depthwise_grad_weight(conv, x, grad_y, grad_weight, grad_bias);
    case Way::winograd:
      return pixels_winograd_grad_weight(conv, x, grad_y, grad_weight, grad_bias);
    default:
      return direct_grad_weight(conv, x, grad_y, grad_weight, grad_bias);
  }
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
