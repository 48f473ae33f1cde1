// loss.h -- cross-entropy of N rows of K logits; see loss.cpp.
#pragma once

#include <cstdint>

#include "dispatch/kernel.h"

namespace badak {

// Cross-entropy with class indices, and all that a training step needs from it.
struct LabelLoss {
  int64_t n, k;
  const float* logits;    // (n, k)
  const int64_t* labels;  // (n,); a row whose label is not in 0..k-1 does not count
  const float* weight;    // (n,), what each row weighs in the mean, or null: all that count alike
  double smoothing;       // share of each target that is spread evenly over the classes
  double* loss;           // (1,)
  int64_t* right;         // (1,), rows whose first largest logit is their label's
  float* grad_logits;     // (n, k)
};

}  // namespace badak

#define BADAK_LOSS_KERNELS(X)                                                                     \
  X(cross_entropy, (const float* logits, const float* targets, const float* weight, double* loss, \
                    float* log_probabilities, int64_t n, int64_t k))                              \
  X(cross_entropy_backward, (const float* log_probabilities, const float* targets,                \
                             const float* weight, float* grad_logits, int64_t n, int64_t k))      \
  X(cross_entropy_labels, (const LabelLoss& loss))

BADAK_DECLARE_KERNELS(BADAK_LOSS_KERNELS)
