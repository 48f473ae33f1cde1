// bands.cpp -- a band after another through a run of convolutions.
// Method: of each map between two convolutions a thread keeps the rows that the next one's window
// reads. For the next band the rows that it reads again move to the top. Padding is rows of zeros.
#include "predict/bands.h"

#include <cstring>

#include "dispatch/kernels.h"
#include "threads/threads.h"

namespace badak {

namespace {

struct Range {
  int64_t first = 0, end = 0;
  bool empty() const { return first >= end; }
};

// The rows that a window reads for these of its places.
Range read_by(const Window& window, const Range& places) {
  const int64_t first = places.first * window.sh - window.top;
  return {first,
          first + (places.end - 1 - places.first) * window.sh + window.dh * (window.kh - 1) + 1};
}

// Rows of the map between two convolutions.
struct Rows {
  float* memory;
  Range held;  // rows of the map; those outside it are zeros
};

class Chunk {
 public:
  Chunk(const Turn& turn, const BandRun& run, int64_t image)
      : turn_(turn), run_(run), image_(image), rows_(run.steps.size() - 1) {
    int64_t total = 0;
    std::vector<int64_t> starts;
    for (const int64_t size : sizes()) starts.push_back(total), total += size;
    float* const memory = scratch_floats(Scratch::bands, total + 32);
    std::memset(memory, 0, static_cast<size_t>(total) * sizeof(float));
    for (size_t k = 0; k < rows_.size(); k++) rows_[k] = {memory + starts[k], {}};
  }

  // Rows of the last map.
  void band(const Range& wanted) {
    const size_t count = run_.steps.size();
    std::vector<Range> places(count);
    places[count - 1] = wanted;
    for (size_t k = count - 1; k > 0; k--) places[k - 1] = prepared(k, places[k]);
    for (size_t k = 0; k < count; k++)
      if (!places[k].empty()) compute(k, places[k]);
  }

 private:
  std::vector<int64_t> sizes() const {
    std::vector<int64_t> sizes(rows_.size());
    Range places{0, run_.rows};
    for (size_t k = rows_.size(); k > 0; k--) {
      const Range read = read_by(run_.steps[k].window, places);
      sizes[k - 1] = (read.end - read.first) * run_.steps[k - 1].made.row;
      places = {0, read.end - read.first};
    }
    return sizes;
  }

  // Make room for what step k reads; return which rows of it are still to be computed.
  Range prepared(size_t k, const Range& places) {
    if (places.empty()) return {};
    Rows& rows = rows_[k - 1];
    const Place& map = run_.steps[k - 1].made;
    const Range read = read_by(run_.steps[k].window, places);
    int64_t fresh = read.first;
    if (read.first < rows.held.end && read.first >= rows.held.first) {
      fresh = rows.held.end < read.end ? rows.held.end : read.end;
      std::memmove(rows.memory, rows.memory + (read.first - rows.held.first) * map.row,
                   static_cast<size_t>((fresh - read.first) * map.row) * sizeof(float));
    }
    rows.held = read;
    Range left{fresh, read.end};
    for (; left.first < left.end && left.first < 0; left.first++) clear(rows, map, left.first);
    for (; left.first < left.end && left.end > map.h; left.end--) clear(rows, map, left.end - 1);
    return left;
  }

  static void clear(const Rows& rows, const Place& map, int64_t row) {
    std::memset(rows.memory + (row - rows.held.first) * map.row, 0,
                static_cast<size_t>(map.row) * sizeof(float));
  }

  // From this row on, as many as there are.
  Pixels from(Pixels maps, int64_t row, int64_t count) const {
    maps.at += image_ * maps.image + row * maps.row;
    maps.n = 1, maps.h = count;
    return maps;
  }
  Pixels kept(size_t k, int64_t row, int64_t count) const {
    const Place& map = run_.steps[k].made;
    return {rows_[k].memory + (row - rows_[k].held.first) * map.row + map.inside,
            1,
            count,
            map.w,
            map.c,
            map.step,
            map.row,
            0};
  }

  void compute(size_t k, const Range& places) {
    const BandStep& step = run_.steps[k];
    const int64_t count = places.end - places.first, first = places.first * step.window.sh;
    const Range read = read_by(step.window, places);
    const int64_t height = read.end - read.first;
    const Pixels x = k == 0 ? from(turn_.at(run_.x), first, height) : kept(k - 1, first, height);
    const Pixels y = k == rows_.size() ? from(turn_.at(step.made), places.first, count)
                                       : kept(k, places.first, count);
    Pixels add{};
    if (step.after.add) add = from(turn_.at(*step.after.add), places.first, count);
    filter(turn_.whole.weights(step.filter), x, step.after, step.after.add ? &add : nullptr, y);
    for (const ActivationOf& activation : step.then)
      turn_.whole.table().pixels_activation(activation, y, y);
  }

  const Turn& turn_;
  const BandRun& run_;
  const int64_t image_;
  std::vector<Rows> rows_;
};

}  // namespace

Action bands_step(BandRun run) {
  return [run = std::move(run)](const Turn& turn) {
    const int64_t height = run.steps.back().made.h, bands = (height + run.rows - 1) / run.rows;
    const int64_t chunks = bands < turn.threads ? bands : turn.threads;
    parallel_for(turn.count * chunks, [&](int64_t item) {
      const int64_t part = item % chunks;
      Chunk chunk(turn, run, item / chunks);
      for (int64_t b = bands * part / chunks; b < bands * (part + 1) / chunks; b++) {
        const int64_t first = b * run.rows, end = first + run.rows;
        chunk.band({first, end < height ? end : height});
      }
    });
  };
}

}  // namespace badak
