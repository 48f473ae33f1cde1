// update.h -- the optimizers' rules; see update.cpp.
#pragma once

#include <cstdint>

#include "dispatch/kernel.h"

namespace badak {

enum class Rule : int { sgd, momentum, nesterov, adagrad, rmsprop, adam };

// The numbers of one step.
struct Step {
  Rule rule;
  float rate;          // learning rate; for Adam over 1 - beta1^t
  float decay;         // this times the parameter is added to the gradient
  float shrink;        // what the parameter is multiplied by before the step
  float keep, take;    // share of the first slot that stays, and 1 minus it
  float keep2, take2;  // of the second slot
  float unroot;        // what the root of the squares is multiplied by: 1 / sqrt(1 - beta2^t), or 1
  float eps;           // added to the root
};

// A parameter with what belongs to it; the slots are what the rule remembers, or null.
struct Tensor {
  float* parameter;
  const float* gradient;
  float* slots[2];
  int64_t count;
};

}  // namespace badak

#define BADAK_UPDATE_KERNELS(X)                                                                  \
  /* to's parameter and slots = from's after the step. */                                        \
  X(update, (const Step& step, const Tensor& from, const Tensor& to))                            \
  /* Step all tensors in place, or none: *fault = the first whose new values are not all finite, \
     or -1. *known says whether the slots are known to be moderate, before and after. */         \
  X(update_all,                                                                                  \
    (const Step& step, const Tensor* tensors, int64_t count, bool* known, int64_t* fault))

BADAK_DECLARE_KERNELS(BADAK_UPDATE_KERNELS)
