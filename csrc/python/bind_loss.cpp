// bind_loss.cpp -- softmax and cross-entropy.
#include "python/bindings.h"

namespace badak {

void bind_loss(nb::module_& m) {
  m.def("softmax", [](In x, Out y, int64_t outer, int64_t k, int64_t inner) {
    submit([=] { kernels->softmax(x.data(), y.data(), outer, k, inner); });
  });
  m.def("softmax_backward",
        [](In grad_y, In y, Out grad_x, int64_t outer, int64_t k, int64_t inner) {
          submit([=] {
            kernels->softmax_backward(grad_y.data(), y.data(), grad_x.data(), outer, k, inner);
          });
        });
  m.def("log_softmax", [](In x, Out y, int64_t outer, int64_t k, int64_t inner) {
    submit([=] { kernels->log_softmax(x.data(), y.data(), outer, k, inner); });
  });
  m.def("log_softmax_backward",
        [](In grad_y, In y, Out grad_x, int64_t outer, int64_t k, int64_t inner) {
          submit([=] {
            kernels->log_softmax_backward(grad_y.data(), y.data(), grad_x.data(), outer, k, inner);
          });
        });
  m.def("cross_entropy",
        [](In logits, In targets, In weight, OutOf<double> loss, Out log_probabilities) {
          submit([=] {
            kernels->cross_entropy(logits.data(), targets.data(), weight.data(), loss.data(),
                                   log_probabilities.data(), logits.shape(0), logits.shape(1));
          });
        });
  m.def("cross_entropy_backward", [](In log_probabilities, In targets, In weight, Out grad_logits) {
    submit([=] {
      kernels->cross_entropy_backward(log_probabilities.data(), targets.data(), weight.data(),
                                      grad_logits.data(), targets.shape(0), targets.shape(1));
    });
  });
  m.def(
      "cross_entropy_labels",
      [](In logits, InOf<int64_t> labels, double smoothing, std::optional<In> weight,
         OutOf<double> loss, OutOf<int64_t> right, Out grad_logits) {
        const LabelLoss call{static_cast<int64_t>(logits.shape(0)),
                             static_cast<int64_t>(logits.shape(1)),
                             logits.data(),
                             labels.data(),
                             pointer(weight),
                             smoothing,
                             loss.data(),
                             right.data(),
                             grad_logits.data()};
        submit([=] {
          (void)logits, (void)labels, (void)weight, (void)loss, (void)right, (void)grad_logits;
          kernels->cross_entropy_labels(call);
        });
      },
      nb::arg("logits"), nb::arg("labels"), nb::arg("smoothing"), nb::arg("weight").none(),
      nb::arg("loss"), nb::arg("right"), nb::arg("grad_logits"));
}

}  // namespace badak
