// norm.h -- the passes of batch normalisation one by one, for those that do other work between.
//
// They cut their work into pieces as all kernels do; inside another piece of work, such as some
// images in a core's cache, they run on its thread. The pass from x to the result is
// pixels_norm_apply of maps.h.
#pragma once

#include "pixels/maps.h"
#include "pixels/norm_sums.h"

namespace badak::BADAK_ISA {

// sums[c] = of x - centres[c], and of its squares, around centres near the means, which it picks.
void norm_sums(const Pixels& x, float* centres, PairOfSums* sums);

// sums[c] = of the gradient between the limits, and of it times x - mean.
void norm_gradient_sums(const Pixels& grad, const Pixels& x, const ChannelGradients& channels,
                        const NormFinish& finish, PairOfSums* sums);

// The gradient of x from the gradients of weight and bias, which stand in `channels` and are over
// `count` numbers of each channel; x, grad and grad_x may be some of all images.
void norm_gradient(const Pixels& grad, const Pixels& x, const ChannelGradients& channels,
                   const NormFinish& finish, int64_t count, const Pixels& grad_x);

}  // namespace badak::BADAK_ISA
