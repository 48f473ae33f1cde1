// bands.h -- convolutions one after another in bands of rows: large maps between them stay in
// cache.
#pragma once

#include <vector>

#include "predict/steps.h"

namespace badak {

// A convolution of the run, and activations after it.
struct BandStep {
  int64_t filter;  // the index of its weights
  Window window;
  After after;  // what is added are whole maps
  Place made;   // the last one's place; of the others the columns alone count
  std::vector<ActivationOf> then;
};

struct BandRun {
  Place x;
  std::vector<BandStep> steps;
  int64_t rows;  // of the last map in a band
};

// The kernels must neither know a map's edges nor choose their way by its rows.
Action bands_step(BandRun run);

}  // namespace badak
