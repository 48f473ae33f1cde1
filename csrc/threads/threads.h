// threads.h -- one pool of threads for every kernel.
//
// Work is split by the kernels into items whose number and borders never depend on the number of
// threads; each item writes only its own results. So the bits are the same with any number.
#pragma once

#include <cstddef>
#include <cstdint>

namespace badak {

int num_threads();
void set_num_threads(int count);

// Run body(context, 0) ... body(context, count - 1), in any order, on the pool and this thread.
// Inside a body, or while another Python thread has the pool, runs them on this thread alone.
void parallel(int64_t count, void (*body)(void* context, int64_t index), void* context);

template <class Body>
inline void parallel_for(int64_t count, const Body& body) {
  parallel(
      count, [](void* context, int64_t index) { (*static_cast<const Body*>(context))(index); },
      const_cast<void*>(static_cast<const void*>(&body)));
}

// Memory of this thread, at least `bytes` long, aligned to 64, kept until the thread ends or a
// larger one is asked of the same slot. Throws std::bad_alloc. The slots stand here, so that no
// two users share one by accident.
enum class Scratch {
  shared,
  packed_a,
  packed_b,
  packed_weight,
  partial,  // gemm
  weight,
  taps,
  offsets,
  masks,
  columns,
  image,
  gradient,
  filters,
  nonzero,  // convolution
  tiles,
  tile_products,
  tile_results,  // its 3x3 form, conv2d/winograd_tiles.h
  prediction,    // a group of images on its way, predict/prediction.h
  bands,         // and rows of its maps, predict/bands.cpp
  channels,
  channel_sums,  // pixels/maps.h
  normed,
  normed_gradient,
  normed_weight,
  normed_sums,  // pixels/normed.cpp
  other,
  count
};
void* scratch(Scratch slot, size_t bytes);
inline float* scratch_floats(Scratch slot, int64_t count) {
  return static_cast<float*>(scratch(slot, static_cast<size_t>(count) * sizeof(float)));
}

}  // namespace badak
