// prediction.cpp -- the order of work, and the memory.
#include "predict/prediction.h"

#if defined(__linux__)
#include <sys/mman.h>
#endif

#include <atomic>
#include <chrono>
#include <cstring>
#include <new>

#include "dispatch/kernels.h"
#include "threads/threads.h"

namespace badak {

namespace {
constexpr int64_t SPARE = 32;  // two of the widest vectors
constexpr size_t HUGE_PAGE = 1 << 21;
constexpr int64_t HEAD = 16;  // numbers before a thread's memory, where its owner's id stands

std::atomic<int64_t> last_id{0};
}  // namespace

Numbers zeros(int64_t count) {
  const size_t needed = static_cast<size_t>(count + SPARE) * sizeof(float);
  const size_t step = needed < HUGE_PAGE ? 64 : HUGE_PAGE,
               bytes = (needed + step - 1) / step * step;
  auto* const memory = static_cast<float*>(std::aligned_alloc(step, bytes));
  if (memory == nullptr) throw std::bad_alloc();
#if defined(__linux__)
  if (step == HUGE_PAGE) madvise(memory, bytes, MADV_HUGEPAGE);
#endif
  std::memset(memory, 0, bytes);
  return Numbers(memory);
}

Pixels Turn::at(const Place& place) const {
  float* start;
  if (place.phase <= Place::ARRAY)
    start = whole.arrays_[static_cast<size_t>(Place::ARRAY - place.phase)] + first * place.image;
  else if (place.phase == Place::BATCH)
    start = whole.batch_.get() + place.slot * whole.n_ + first * place.image;
  else
    start = memory + place.slot * room;
  return {start + place.inside, count,     place.h,    place.w, place.c,
          place.step,           place.row, place.image};
}

Prediction::Prediction(int64_t n, int64_t batch_size)
    : n_(n), id_(++last_id), table_(kernels), batch_(zeros(n * batch_size)) {}

void Prediction::phase(int64_t group, int64_t size) {
  phases_.push_back({group, size, thread_size_, nullptr, {}});
  if (group < n_) thread_size_ += group * size;
}

// What another prediction left in it would stand in the frames.
float* Prediction::thread_memory() const {
  const int64_t count = HEAD + thread_size_ + SPARE;
  float* const memory = scratch_floats(Scratch::prediction, count);
  int64_t owner;
  std::memcpy(&owner, memory, sizeof owner);
  if (owner != id_) {
    std::memset(memory, 0, static_cast<size_t>(count) * sizeof(float));
    std::memcpy(memory, &id_, sizeof id_);
  }
  return memory + HEAD;
}

void Prediction::run() {
  for (Phase& phase : phases_) {
    const int64_t groups = (n_ + phase.group - 1) / phase.group;
    if (groups == 1 || groups < num_threads()) {
      if (phase.own == nullptr) phase.own = zeros(n_ * phase.size);
      const Turn turn{*this, phase.own.get(), n_, 0, n_, num_threads()};
      for (const Action& step : phase.steps) step(turn);
    } else {
      parallel_for(groups, [&](int64_t g) {
        const int64_t first = g * phase.group, left = n_ - first;
        float* const memory = thread_memory() + phase.base;
        const int64_t count = left < phase.group ? left : phase.group;
        const Turn turn{*this, memory, phase.group, first, count, 1};
        for (const Action& step : phase.steps) step(turn);
      });
    }
  }
}

bool Prediction::run_on(const float* images) {
  arrays_[0] = const_cast<float*>(images);  // no step writes them
  finite_.store(true, std::memory_order_relaxed);
  run();
  return finite_.load(std::memory_order_relaxed);
}

std::vector<double> Prediction::times() {
  std::vector<double> seconds;
  for (Phase& phase : phases_) {
    const size_t start = seconds.size();
    seconds.resize(start + phase.steps.size());
    if (phase.own == nullptr) phase.own = zeros(n_ * phase.size);
    for (int64_t first = 0; first < n_; first += phase.group) {
      const int64_t left = n_ - first;
      const int64_t count = left < phase.group ? left : phase.group;
      const Turn turn{*this, phase.own.get(), phase.group, first, count, 1};
      for (size_t i = 0; i < phase.steps.size(); i++) {
        const auto before = std::chrono::steady_clock::now();
        phase.steps[i](turn);
        const auto after = std::chrono::steady_clock::now();
        seconds[start + i] += std::chrono::duration<double>(after - before).count();
      }
    }
  }
  return seconds;
}

}  // namespace badak
