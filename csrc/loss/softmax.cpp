// softmax.cpp -- the same numbers as badak.ops.reference.softmax, for float.
//   x, y (outer, k, inner), C-contiguous: the competitors stand along k.
// Method: three passes over a line that stays in the cache: largest, sum of powers, results.
// Precondition: k > 0.
#include "loss/softmax.h"

#include "loss/axis_lines.h"

namespace badak::BADAK_ISA {

void softmax(const float* x, float* y, int64_t outer, int64_t k, int64_t inner) {
  each_line(outer, k, inner, [=](auto line) {
    const Vec largest = largest_of(line, x);
    const Vec total = total_of(line, [=](int64_t i) {
      const Vec power = exp(line.get(x, i, -__builtin_inff()) - largest);
      line.put(y, i, power);
      return power;
    });
    for (int64_t i = 0; i < line.vectors(); i++) line.put(y, i, line.get(y, i, 0) / total);
  });
}

void softmax_backward(const float* grad_y, const float* y, float* grad_x, int64_t outer, int64_t k,
                      int64_t inner) {
  each_line(outer, k, inner, [=](auto line) {
    const Vec mean =
        total_of(line, [=](int64_t i) { return line.get(grad_y, i, 0) * line.get(y, i, 0); });
    for (int64_t i = 0; i < line.vectors(); i++)
      line.put(grad_x, i, line.get(y, i, 0) * (line.get(grad_y, i, 0) - mean));
  });
}

void log_softmax(const float* x, float* y, int64_t outer, int64_t k, int64_t inner) {
  each_line(outer, k, inner, [=](auto line) {
    const Vec largest = largest_of(line, x);
    const Vec total =
        total_of(line, [=](int64_t i) { return exp(line.get(x, i, -__builtin_inff()) - largest); });
    const Vec log_of_total = log(total);
    for (int64_t i = 0; i < line.vectors(); i++)
      line.put(y, i, line.get(x, i, 0) - largest - log_of_total);
  });
}

void log_softmax_backward(const float* grad_y, const float* y, float* grad_x, int64_t outer,
                          int64_t k, int64_t inner) {
  each_line(outer, k, inner, [=](auto line) {
    const Vec total = total_of(line, [=](int64_t i) { return line.get(grad_y, i, 0); });
    for (int64_t i = 0; i < line.vectors(); i++)
      line.put(grad_x, i, line.get(grad_y, i, 0) - exp(line.get(y, i, 0)) * total);
  });
}

}  // namespace badak::BADAK_ISA
