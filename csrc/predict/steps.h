// steps.h -- what a prediction's steps do: each one call of a kernel for some images.
#pragma once

#include <array>
#include <limits>
#include <optional>

#include "conv2d/convolution.h"
#include "pixels/maps.h"
#include "predict/prediction.h"

namespace badak {

// A convolution or a linear layer with its weight as the kernel likes it. It never changes, so
// that predictions may share it; for other weights there is another one.
struct Packed {
  enum Way { planes, pixels, rows };
  Way way;
  Convolution conv;  // rows: one place, maps.c numbers to f
  const Kernels* table;
  Numbers weight, bias;

  Packed(Way way, const Convolution& conv, const float* weight, const float* bias);
};

// What follows a convolution or linear layer; see Finish.
struct After {
  std::optional<Place> add;
  float low = -std::numeric_limits<float>::infinity();
  float high = std::numeric_limits<float>::infinity();
  bool pool = false;
};

void filter(const Packed& packed, const Pixels& x, const After& after, const Pixels* add,
            const Pixels& y);

// Look at an array; the prediction notes if a number is not finite.
Action check_step(const Place& x);
// Weights are read when a step runs: weights()[index] of the prediction.
Action filter_step(int64_t index, const Place& x, const After& after, const Place& y);
Action from_planes_step(const Place& x, const Place& y);
Action to_planes_step(const Place& x, const Place& y);
Action copy_step(const Place& x, const Place& y);
Action clamp_step(const Place& x, const After& after, const Place& y);
// Arrays of a number for each channel, or each place; they must outlive the step.
Action scale_step(const Place& x, int64_t index, const After& after, const Place& y);
Action gate_step(const Place& x, const Place& factors, const Place& y);
// The first channel of each group, then the second of each, and so on.
Action shuffle_step(int64_t groups, const Place& x, const Place& y);
Action activation_step(const ActivationOf& activation, const Place& x, const Place& y);
Action max_pool_step(const Window& window, const Place& x, const Place& y);
Action avg_pool_step(const Window& window, const float* divisors, const Place& x, const Place& y);

}  // namespace badak
