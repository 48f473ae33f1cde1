// batch_norm.cpp -- the same numbers as badak.ops.reference.norm, for float; sums in double.
//   x, y and gradients (N, C, H, W), C-contiguous, places = H * W; the rest (C,).
// Method: a channel by itself, from the first sum to the last number, so that it stays in the
// cache; if there are few channels, all of them in parts, one pass after the other. The mean is
// taken first and the squares around it, so that far from 0 no digits are lost.
// Precondition: in training at least two numbers per channel.
#include "norm/batch_norm_rows.h"
#include "simd/sums.h"
#include "simd/vector_math.h"
#include "threads/split.h"

namespace badak::BADAK_ISA {

namespace {

constexpr int64_t FEW = 8;  // channels: below, threads share one

// One channel's share of some images, and what is summed up there.
struct Part {
  int64_t channel, first_image, end_image;
  double* sums;  // two numbers
};

// Run passes one after the other on every channel. Each pass is called for each part of a channel;
// the next one finds the parts' sums added up in the channel's total.
class Passes {
 public:
  explicit Passes(const Images& images) : images_(images) {
    parts_ = images.c < FEW ? minimum<int64_t>(maximum<int64_t>(1, images.n), 16) : 1;
    sums_ = static_cast<double*>(scratch(
        Scratch::partial, static_cast<size_t>(images.c * (parts_ + 1)) * 2 * sizeof(double)));
  }

  // The sums of the last pass over a channel.
  const double* total(int64_t channel) const { return sums_ + (channel * (parts_ + 1)) * 2; }

  // Each pass is pass(part), and after it done(channel).
  template <class... Pass>
  void run(const Pass&... passes) const {
    const int64_t numbers = images_.n * images_.places;
    if (parts_ == 1)
      in_groups(images_.c, numbers, [&](int64_t channel) {
        ((passes.over(part(channel, 0)), add_up(channel), passes.done(channel)), ...);
      });
    else
      (over_parts(passes, numbers), ...);
  }

 private:
  Part part(int64_t channel, int64_t index) const {
    return {channel, images_.n * index / parts_, images_.n * (index + 1) / parts_,
            sums_ + (channel * (parts_ + 1) + 1 + index) * 2};
  }

  void add_up(int64_t channel) const {
    double* total = sums_ + channel * (parts_ + 1) * 2;
    total[0] = total[1] = 0;
    for (int64_t i = 1; i <= parts_; i++) {
      total[0] += total[2 * i];
      total[1] += total[2 * i + 1];
    }
  }

  template <class Pass>
  void over_parts(const Pass& pass, int64_t numbers) const {
    in_groups(images_.c * parts_, numbers / parts_,
              [&](int64_t i) { pass.over(part(i / parts_, i % parts_)); });
    for (int64_t channel = 0; channel < images_.c; channel++) {
      add_up(channel);
      pass.done(channel);
    }
  }

  Images images_;
  int64_t parts_;
  double* sums_;
};

template <class Over, class Done>
struct Pass {
  Over over;
  Done done;
};
template <class Over, class Done>
Pass(Over, Done) -> Pass<Over, Done>;

// body(offset) for each image of a part: where its channel begins in the arrays.
template <class Body>
inline void each_image(const Images& images, const Part& part, const Body& body) {
  for (int64_t n = part.first_image; n < part.end_image; n++)
    body((n * images.c + part.channel) * images.places);
}

void nothing(int64_t) {}

}  // namespace

void batch_norm2d(const float* x, const Channels& channels, float* y, const Images& images,
                  bool training, double momentum, float eps) {
  if (images.places == 1) return batch_norm_rows(x, channels, y, images, training, momentum, eps);
  const int64_t places = images.places;
  const double count = static_cast<double>(images.n * places);
  const float keep = static_cast<float>(1 - momentum), move = static_cast<float>(momentum);
  const Passes passes(images);

  const Pass means{
      [&](const Part& part) {
        Sum sum;
        each_image(images, part,
                   [&](int64_t at) { each_vec(places, [&](Vec x) { sum.add(x); }, x + at); });
        part.sums[0] = sum.total();
        part.sums[1] = 0;
      },
      [&](int64_t c) { channels.mean[c] = static_cast<float>(passes.total(c)[0] / count); }};
  const Pass squares{
      [&](const Part& part) {
        // The mean is rounded to float; the sum of the differences says by how much it is off.
        const float mean = channels.mean[part.channel];
        Sum sum, sum_of_squares;
        each_image(images, part, [&](int64_t at) {
          each_difference(places, x + at, mean, [&](Vec difference) {
            sum.add(difference);
            sum_of_squares.add_square(difference);
          });
        });
        part.sums[0] = sum.total();
        part.sums[1] = sum_of_squares.total();
      },
      [&](int64_t c) {
        const double off = passes.total(c)[0] / count;
        const double spread = passes.total(c)[1] / count - off * off;
        const float var = static_cast<float>(spread < 0 ? 0 : spread);  // NaN stays
        const float unbiased = var * static_cast<float>(count / (count - 1));
        channels.inverse_std[c] = 1 / __builtin_sqrtf(var + eps);
        channels.new_running_mean[c] = keep * channels.running_mean[c] + move * channels.mean[c];
        channels.new_running_var[c] = keep * channels.running_var[c] + move * unbiased;
      }};
  const Pass results{[&](const Part& part) {
                       const int64_t c = part.channel;
                       const float mean = channels.mean[c], inverse = channels.inverse_std[c];
                       const float weight = channels.weight[c], bias = channels.bias[c];
                       part.sums[0] = part.sums[1] = 0;
                       each_image(images, part, [=](int64_t at) {
                         map_range(
                             at, at + places, y,
                             [=](Vec x) { return (x - mean) * inverse * weight + bias; }, x);
                       });
                     },
                     nothing};
  if (training) {
    passes.run(means, squares, results);
    return;
  }
  for (int64_t c = 0; c < images.c; c++) {
    channels.mean[c] = channels.new_running_mean[c] = channels.running_mean[c];
    channels.new_running_var[c] = channels.running_var[c];
    channels.inverse_std[c] = 1 / __builtin_sqrtf(channels.running_var[c] + eps);
  }
  passes.run(results);
}

void channel_moments(const float* x, double* mean, double* squares, const Images& images) {
  if (images.places == 1) return row_moments(x, mean, squares, images);
  const int64_t places = images.places;
  const double count = static_cast<double>(images.n * places);
  const Passes passes(images);
  const Pass means{[&](const Part& part) {
                     Sum sum;
                     each_image(images, part, [&](int64_t at) {
                       each_vec(places, [&](Vec x) { sum.add(x); }, x + at);
                     });
                     part.sums[0] = sum.total();
                     part.sums[1] = 0;
                   },
                   [&](int64_t c) { mean[c] = passes.total(c)[0] / count; }};
  const Pass around{[&](const Part& part) {
                      const float centre = static_cast<float>(mean[part.channel]);
                      Sum sum, sum_of_squares;
                      each_image(images, part, [&](int64_t at) {
                        each_difference(places, x + at, centre, [&](Vec difference) {
                          sum.add(difference);
                          sum_of_squares.add_square(difference);
                        });
                      });
                      part.sums[0] = sum.total();
                      part.sums[1] = sum_of_squares.total();
                    },
                    [&](int64_t c) {
                      // The centre is the mean rounded to float; the sum of the differences says by
                      // how much.
                      const double sum = passes.total(c)[0], off = sum / count;
                      const double spread = passes.total(c)[1] - sum * off;
                      mean[c] = static_cast<double>(static_cast<float>(mean[c])) + off;
                      squares[c] = spread < 0 ? 0 : spread;  // NaN stays
                    }};
  passes.run(means, around);
}

void batch_norm2d_backward(const float* grad_y, const float* x, const ChannelGradients& channels,
                           float* grad_x, const Images& images, bool training) {
  if (images.places == 1)
    return batch_norm_rows_backward(grad_y, x, channels, grad_x, images, training);
  const float *weight = channels.weight, *mean = channels.mean, *inverse_std = channels.inverse_std;
  float *grad_weight = channels.grad_weight, *grad_bias = channels.grad_bias;
  const int64_t places = images.places;
  const float count = static_cast<float>(images.n * places);
  const Passes passes(images);

  const Pass sums{[&](const Part& part) {
                    const float centre = mean[part.channel], inverse = inverse_std[part.channel];
                    Sum bias, scaled;
                    each_image(images, part, [&](int64_t at) {
                      each_vec(
                          places,
                          [&](Vec grad, Vec x) {
                            bias.add(grad);  // 0 after the end
                            scaled.add(grad * ((x - centre) * inverse));
                          },
                          grad_y + at, x + at);
                    });
                    part.sums[0] = bias.total();
                    part.sums[1] = scaled.total();
                  },
                  [&](int64_t c) {
                    grad_bias[c] = static_cast<float>(passes.total(c)[0]);
                    grad_weight[c] = static_cast<float>(passes.total(c)[1]);
                  }};
  const Pass results{
      [&](const Part& part) {
        const int64_t c = part.channel;
        const float centre = mean[c], inverse = inverse_std[c], size = weight[c] * inverse;
        const float by_bias = grad_bias[c], by_weight = grad_weight[c];
        part.sums[0] = part.sums[1] = 0;
        each_image(images, part, [=](int64_t at) {
          map_range(
              at, at + places, grad_x,
              [=](Vec grad, Vec x) {
                const Vec normal = (x - centre) * inverse;
                return training ? (grad - (by_bias + normal * by_weight) / count) * size
                                : grad * size;
              },
              grad_y, x);
        });
      },
      nothing};
  passes.run(sums, results);
}

}  // namespace badak::BADAK_ISA
