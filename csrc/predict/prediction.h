// prediction.h -- a network's pass as steps over maps of pixels, whose weights are packed once.
//
// The steps fall into phases. In a phase each group of images goes through all steps on one thread,
// in memory of that thread, which stays in its cache; if there are fewer groups than threads, the
// whole batch goes step by step, and each kernel cuts its own work. So the kernels must give the
// same bits either way. What one phase makes and another reads lies in the batch's memory.
#pragma once

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <memory>
#include <vector>

#include "pixels/pixels.h"

namespace badak {

struct Kernels;
struct Packed;

// Where maps, or rows as maps of one pixel, lie.
struct Place {
  static constexpr int64_t BATCH = -1, ARRAY = -2;  // ARRAY - k: array k
  int64_t phase;   // in whose memory; or BATCH, or an array that Python holds
  int64_t slot;    // numbers of one image before it in that memory
  int64_t inside;  // numbers before the first pixel in an image's room, which is `image` long
  int64_t h, w, c, step, row, image;
};

struct Free {
  void operator()(void* memory) const { std::free(memory); }
};
using Numbers = std::unique_ptr<float[], Free>;

// Zeros, aligned to a vector, with room for two more vectors behind. Throws std::bad_alloc.
Numbers zeros(int64_t count);

class Prediction;

// Some images on their way through a phase.
struct Turn {
  const Prediction& whole;
  float* memory;         // of this phase
  int64_t room;          // for how many images the memory is laid out
  int64_t first, count;  // which of the batch's images
  int64_t threads;       // for how many threads a step may cut its work

  // The images' maps. `first` counts for what lies in the batch's memory.
  Pixels at(const Place& place) const;
};

using Action = std::function<void(const Turn&)>;

class Prediction {
 public:
  // `batch_size`: numbers an image has in the batch's memory.
  Prediction(int64_t n, int64_t batch_size);

  // Python holds the array.
  void array(float* numbers) { arrays_.push_back(numbers); }
  // Begin a phase; `size`: numbers an image has in its memory.
  void phase(int64_t group, int64_t size);
  void add(Action step) { phases_.back().steps.push_back(std::move(step)); }
  // What the steps multiply by from now on; packed for the kernels in use when this was made.
  void use(std::vector<std::shared_ptr<const Packed>> weights) { weights_ = std::move(weights); }
  void run();
  // Run on these images in place of array 0; false if one of their numbers is not finite.
  bool run_on(const float* images);
  void not_finite() const { finite_.store(false, std::memory_order_relaxed); }
  // Run once; the seconds that each step takes on one thread.
  std::vector<double> times();

  int64_t n() const { return n_; }
  int64_t group() const { return phases_.back().group; }
  const Packed& weights(int64_t index) const { return *weights_[static_cast<size_t>(index)]; }
  // The kernels that the weights were packed for: another set may pack them in another way.
  const Kernels& table() const { return *table_; }

 private:
  friend struct Turn;
  struct Phase {
    int64_t group, size;
    int64_t base;  // of its part in a thread's memory
    Numbers own;   // for the whole batch, if it is needed
    std::vector<Action> steps;
  };
  float* thread_memory() const;

  const int64_t n_, id_;
  const Kernels* const table_;
  int64_t thread_size_ = 0;
  Numbers batch_;
  std::vector<float*> arrays_;
  std::vector<std::shared_ptr<const Packed>> weights_;
  std::vector<Phase> phases_;
  mutable std::atomic<bool> finite_{true};
};

}  // namespace badak
