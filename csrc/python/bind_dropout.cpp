// bind_dropout.cpp -- dropout, and the random words it uses.
#include <cmath>

#include "python/pixels.h"

namespace badak {

namespace {

// A word w of 32 bits is kept if w / 2^32 >= p.
uint64_t threshold_of(double p) { return static_cast<uint64_t>(std::ceil(p * 4294967296.0)); }

float scale_of(double p) { return p == 1 ? 0.0f : static_cast<float>(1 / (1 - p)); }

}  // namespace

void bind_dropout(nb::module_& m) {
  m.def("dropout", [](In x, InOf<uint64_t> key, Out y, OutOf<bool> mask, double p) {
    submit([=, threshold = threshold_of(p), scale = scale_of(p)] {
      kernels->dropout(x.data(), key.data(), y.data(), mask.data(), x.size(), threshold, scale);
    });
  });
  m.def("dropout_backward", [](In grad_y, InOf<bool> mask, Out grad_x, double p) {
    submit([=, scale = scale_of(p)] {
      kernels->dropout_backward(grad_y.data(), mask.data(), grad_x.data(), mask.size(), scale);
    });
  });
  m.def("pixels_dropout",
        [](PixelsIn x, InOf<uint64_t> key, double p, OutOf<uint8_t> mask, PixelsOut y) {
          submit([=, threshold = threshold_of(p), scale = scale_of(p)] {
            kernels->pixels_dropout(pixels_of(x), key.data(), threshold, scale, mask.data(),
                                    pixels_of(y));
          });
        });
  m.def(
      "pixels_dropout_backward", [](PixelsIn grad, InOf<uint8_t> mask, double p, PixelsOut grad_x) {
        submit([=, scale = scale_of(p)] {
          kernels->pixels_dropout_backward(pixels_of(grad), mask.data(), scale, pixels_of(grad_x));
        });
      });
  m.def("random_words", [](InOf<uint64_t> key, OutOf<uint32_t> words) {
    submit([=] { kernels->random_words(key.data(), words.data(), words.size()); });
  });
}

}  // namespace badak
