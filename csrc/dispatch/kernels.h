// kernels.h -- every kernel by name: one table of functions per instruction set.
//
// Each family's header lists its kernels (see kernel.h); here the lists become one struct of
// pointers. Only kernels.cpp, which fills it, and python/, which calls through it, see it whole.
// All kernels return void, take plain pointers and sizes that Python has checked, and write only
// what they are given to write.
#pragma once

#include <cstdint>

#include "conv2d/conv2d.h"
#include "elementwise/content.h"
#include "elementwise/dropout.h"
#include "elementwise/elementwise.h"
#include "elementwise/images.h"
#include "elementwise/maps.h"
#include "elementwise/several.h"
#include "elementwise/update.h"
#include "gemm/gemm.h"
#include "loss/loss.h"
#include "loss/softmax.h"
#include "norm/norm.h"
#include "pixels/conv.h"
#include "pixels/dropout.h"
#include "pixels/maps.h"
#include "pixels/masked.h"
#include "pixels/normed.h"
#include "pool2d/pool2d.h"

#define BADAK_KERNELS(X)          \
  BADAK_IMAGE_KERNELS(X)          \
  BADAK_GEMM_KERNELS(X)           \
  BADAK_CONTENT_KERNELS(X)        \
  BADAK_CONV_KERNELS(X)           \
  BADAK_DROPOUT_KERNELS(X)        \
  BADAK_ELEMENTWISE_KERNELS(X)    \
  BADAK_LOSS_KERNELS(X)           \
  BADAK_MAPS_KERNELS(X)           \
  BADAK_NORM_KERNELS(X)           \
  BADAK_PIXELS_CONV_KERNELS(X)    \
  BADAK_PIXELS_DROPOUT_KERNELS(X) \
  BADAK_PIXELS_MAPS_KERNELS(X)    \
  BADAK_PIXELS_MASKED_KERNELS(X)  \
  BADAK_PIXELS_NORMED_KERNELS(X)  \
  BADAK_POOL2D_KERNELS(X)         \
  BADAK_SEVERAL_KERNELS(X)        \
  BADAK_SOFTMAX_KERNELS(X)        \
  BADAK_UPDATE_KERNELS(X)

namespace badak {

struct Kernels {
#define X(name, arguments) void(*name) arguments;
  BADAK_KERNELS(X)
#undef X
};

// The set in use.
extern const Kernels* kernels;

}  // namespace badak
