// bindings.h -- what the bind*.cpp files share: array types and the door to the kernels.
#pragma once

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include "kernels.h"

namespace badak {

namespace nb = nanobind;

// Float32 arrays that Python has made C-contiguous: to read, and to write.
using In = nb::ndarray<const float, nb::c_contig, nb::device::cpu>;
using Out = nb::ndarray<float, nb::c_contig, nb::device::cpu>;

// A kernel's call with the GIL released.
template <class Call> inline void unlocked(const Call &call) {
  nb::gil_scoped_release released;
  call();
}

inline const float *pointer(const std::optional<In> &array) {
  return array ? array->data() : nullptr;
}

void bind_ops(nb::module_ &m);

} // namespace badak
