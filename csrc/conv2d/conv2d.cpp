// conv2d.cpp -- which path a convolution takes: the only file that decides it.
//   The same numbers as badak.ops.reference.conv.conv2d and conv2d_backward, for float.
//   x (N, C, H, W), weight (F, C/G, KH, KW), y (N, F, OH, OW); all C-contiguous.
// Six paths, each with a function that says whether a convolution suits it:
//   winograd   3x3 and 5x5 in steps of 1 with enough channels and filters: a quarter of the
//              multiplications, or a third
//   strided    what its stride makes 3x3: the same tiles
//   sparse     gradients after pooling: most of them are 0 and are left out
//   pooled     a first layer's few taps, pooled before anything is stored
//   dots       the gradient of a first layer's few taps
//   taps       everything else; no precondition
#include "conv2d/conv2d.h"

#include "conv2d/dots.h"
#include "conv2d/pooled.h"
#include "conv2d/sparse.h"
#include "conv2d/strided.h"
#include "conv2d/taps.h"
#include "conv2d/winograd.h"

namespace badak::BADAK_ISA {

namespace {

enum class Path { winograd, strided, sparse, pooled, dots, taps };
constexpr const char* PATH_NAMES[] = {"winograd", "strided", "sparse", "pooled", "dots", "taps"};

Path path_of(const Convolution& conv, const Epilogue& epilogue, Direction direction) {
  const bool winograd = suits_winograd(conv);
  switch (direction) {
    case Direction::forward:
      // Fewest multiplications first; Winograd's results can be pooled on their way out, too.
      if (winograd) return Path::winograd;
      if (suits_strided(conv)) return Path::strided;
      // Few taps fill no matrix product: they are summed in registers, and a quarter is stored.
      return suits_pooled(conv, epilogue) ? Path::pooled : Path::taps;
    case Direction::grad_x:
      // Winograd before sparse: a sparse gradient's windows overlap in x, and are written over and
      // over.
      if (winograd) return Path::winograd;
      return suits_sparse(conv, epilogue, false) ? Path::sparse : Path::taps;
    default:
      if (!winograd && suits_dots(conv, epilogue)) return Path::dots;
      // Sparse before Winograd, unlike above: its sums stay in registers, and the tiles of a map
      // that is three quarters 0 cost more than they save.
      if (suits_sparse(conv, epilogue, true)) return Path::sparse;
      if (winograd) return Path::winograd;
      return suits_strided(conv) ? Path::strided : Path::taps;
  }
}

}  // namespace

void conv2d_way(const Convolution& conv, const Epilogue& epilogue, Direction direction,
                const char** name) {
  *name = PATH_NAMES[static_cast<int>(path_of(conv, epilogue, direction))];
}

void conv2d(const Convolution& conv, const Epilogue& epilogue, const float* x, const float* weight,
            const float* bias, float* y, uint8_t* winners) {
  if (conv.maps.n == 0) return;
  switch (path_of(conv, epilogue, Direction::forward)) {
    case Path::winograd:
      return conv2d_winograd(conv, epilogue, x, weight, bias, y, winners);
    case Path::strided:
      return conv2d_strided(conv, epilogue, x, weight, bias, y, winners);
    case Path::pooled:
      return conv2d_pooled(conv, epilogue, x, weight, bias, y, winners);
    default:
      return conv2d_taps(conv, epilogue, x, weight, bias, y, winners);
  }
}

void conv2d_grad_x(const Convolution& conv, const Epilogue& epilogue, const float* grad_y,
                   const float* y, const uint8_t* winners, const float* weight, float* grad_x) {
  if (conv.maps.n == 0) return;
  const GradientMaps gradient{conv, epilogue, grad_y, y, winners};
  switch (path_of(conv, epilogue, Direction::grad_x)) {
    case Path::winograd:
      return grad_x_winograd(gradient, weight, grad_x);
    case Path::sparse:
      return grad_x_sparse(gradient, weight, grad_x);
    default:
      return grad_x_taps(gradient, weight, grad_x);
  }
}

void conv2d_grad_weight(const Convolution& conv, const Epilogue& epilogue, const float* grad_y,
                        const float* y, const uint8_t* winners, const float* x, float* grad_weight,
                        float* grad_bias) {
  // An empty batch takes a path, too: its gradients are 0, and that path writes them.
  const GradientMaps gradient{conv, epilogue, grad_y, y, winners};
  switch (path_of(conv, epilogue, Direction::grad_weight)) {
    case Path::sparse:
      return grad_weight_sparse(gradient, x, grad_weight, grad_bias);
    case Path::winograd:
      return grad_weight_winograd(gradient, x, grad_weight, grad_bias);
    case Path::dots:
      return grad_weight_dots(gradient, x, grad_weight, grad_bias);
    case Path::strided:
      return grad_weight_strided(gradient, x, grad_weight, grad_bias);
    default:
      return grad_weight_taps(gradient, x, grad_weight, grad_bias);
  }
}

}  // namespace badak::BADAK_ISA
