// loss.cpp -- the same numbers as badak.ops.reference.loss, for float; the loss itself in double.
//   logits, targets, log_probabilities and gradients (N, K), weight (N,); all C-contiguous.
// Method: each row's loss by itself, then their sum in their order, whatever the threads.
// Precondition: K > 0. Labels may be anything: rows whose label is outside 0..K-1 do not count.
#include "loss/loss.h"

#include "loss/axis_lines.h"
#include "loss/softmax.h"

namespace badak::BADAK_ISA {

namespace {

double* row_losses(int64_t n) {
  return static_cast<double*>(scratch(Scratch::partial, static_cast<size_t>(n) * sizeof(double)));
}

double minus_sum(const double* losses, int64_t n) {
  double sum = 0;
  for (int64_t row = 0; row < n; row++) sum += losses[row];
  return 0.0 - sum;
}

}  // namespace

void cross_entropy(const float* logits, const float* targets, const float* weight, double* loss,
                   float* log_probabilities, int64_t n, int64_t k) {
  double* losses = row_losses(n);
  log_softmax(logits, log_probabilities, n, k, 1);
  each_line(n, k, 1, [=](auto line) {
    const Vec sums = total_of(line, [=](int64_t i) {
      const Vec target = line.get(targets, i, 0), logs = line.get(log_probabilities, i, 0);
      return target * (target > 0.0f ? logs : Vec{});  // a target of 0 counts nothing
    });
    const int64_t first = line.start / k;
    for (int64_t i = 0; i < line.lines(); i++) {
      const double share = weight[first + i];  // 0 counts nothing either, not even NaN
      losses[first + i] = share > 0 ? share * static_cast<double>(sums[i]) : 0;
    }
  });
  *loss = minus_sum(losses, n);
}

void cross_entropy_backward(const float* log_probabilities, const float* targets,
                            const float* weight, float* grad_logits, int64_t n, int64_t k) {
  each_line(n, k, 1, [=](auto line) {
    Vec share{};
    for (int64_t lane = 0; lane < LANES; lane++)
      share[lane] = weight[line.start / k + minimum(lane, line.lines() - 1)];
    for (int64_t i = 0; i < line.vectors(); i++) {
      const Vec off = exp(line.get(log_probabilities, i, 0)) - line.get(targets, i, 0);
      line.put(grad_logits, i, share * (share > 0.0f ? off : Vec{}));
    }
  });
}

namespace {

// Whether x[label] is the first of the largest; NaN is larger than all, as in np.argmax.
bool is_first_largest(const float* x, int64_t label, int64_t k) {
  if (x[label] == x[label])
    for (int64_t i = label + 1; i < k; i++)
      if (!(x[i] <= x[label])) return false;
  for (int64_t i = 0; i < label; i++)
    if (!(x[i] < x[label]) && (x[label] == x[label] || x[i] != x[i])) return false;
  return true;
}

// One row's loss and its gradient at its label. `sum` is that of all its logits less the largest,
// each times its share of the smoothing; `power` the label's, before it is divided by their total.
double finish_row(const LabelLoss& loss, int64_t row, float share, float largest, float total,
                  float log_of_total, float sum, float power) {
  const double spread = loss.smoothing / static_cast<double>(loss.k), whole = 1 - loss.smoothing;
  const int64_t at = row * loss.k + loss.labels[row];
  const float target = static_cast<float>(whole) + static_cast<float>(spread);
  loss.grad_logits[at] = share * (power / total - target);
  const double log = log_of_total;
  double terms = 0;
  if (whole > 0) terms += whole * (loss.logits[at] - static_cast<double>(largest) - log);
  if (spread > 0) terms += sum - loss.smoothing * log;
  return share * terms;
}

template <class Line>
void finish_lines(const LabelLoss& loss, const Line line, float mean, double* losses,
                  int8_t* right) {
  const float* x = loss.logits;
  float* grad = loss.grad_logits;
  const int64_t first = line.start / loss.k, lines = line.lines();
  Vec share{}, of_label{};
  for (int64_t lane = 0; lane < LANES; lane++) {
    const int64_t row = first + minimum(lane, lines - 1);
    const bool counts = loss.labels[row] >= 0 && loss.labels[row] < loss.k;
    share[lane] = !counts ? 0 : loss.weight ? loss.weight[row] : mean;
    if (lane < lines)
      right[row] = counts && is_first_largest(x + row * loss.k, loss.labels[row], loss.k);
  }
  const Vec largest = largest_of(line, x);
  const Vec total = total_of(line, [=](int64_t i) {
    const Vec power = exp(line.get(x, i, -__builtin_inff()) - largest);
    line.put(grad, i, power);
    return power;
  });
  Vec sum{};
  const float spread = static_cast<float>(loss.smoothing / static_cast<double>(loss.k));
  if (loss.smoothing > 0)
    sum =
        total_of(line, [=](int64_t i) { return spread * (line.get(x, i, largest[0]) - largest); });
  for (int64_t i = 0; i < lines; i++)
    if (share[i] > 0) of_label[i] = grad[(first + i) * loss.k + loss.labels[first + i]];
  for (int64_t i = 0; i < line.vectors(); i++) {
    const Vec off = line.get(grad, i, 0) / total - spread;
    line.put(grad, i, share * (share > 0.0f ? off : Vec{}));
  }
  const Vec logs = log(total);
  for (int64_t i = 0; i < lines; i++)
    losses[first + i] = share[i] > 0 ? finish_row(loss, first + i, share[i], largest[i], total[i],
                                                  logs[i], sum[i], of_label[i])
                                     : 0;
}

}  // namespace

void cross_entropy_labels(const LabelLoss& loss) {
  double* losses = row_losses(2 * loss.n);
  int8_t* right = reinterpret_cast<int8_t*>(losses + loss.n);
  int64_t counted = 0;
  for (int64_t row = 0; row < loss.n; row++)
    counted += loss.labels[row] >= 0 && loss.labels[row] < loss.k;
  const float mean = 1.0f / static_cast<float>(maximum<int64_t>(1, counted));
  each_line(loss.n, loss.k, 1,
            [=, &loss](auto line) { finish_lines(loss, line, mean, losses, right); });
  *loss.loss = minus_sum(losses, loss.n);
  *loss.right = 0;
  for (int64_t row = 0; row < loss.n; row++) *loss.right += right[row];
}

}  // namespace badak::BADAK_ISA
