// bindings.h -- what the bind*.cpp files share: array types, and how to call a kernel.
#pragma once

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/vector.h>
#include <unistd.h>

#include "dispatch/kernels.h"
#include "python/program.h"

namespace badak {

namespace nb = nanobind;

// Releases the GIL while it exists. A daemon thread may return after the interpreter has ended:
// Python before 3.14 then unwinds the thread's stack, and the process aborts at the first frame
// that may not throw, such as a destructor. So the thread waits here until the process is gone, as
// Python 3.14 makes it do.
class GilReleased {
 public:
  GilReleased() : state_(PyEval_SaveThread()) {}
  GilReleased(const GilReleased&) = delete;
  GilReleased& operator=(const GilReleased&) = delete;
  ~GilReleased() {
    try {
      PyEval_RestoreThread(state_);
    } catch (...) {
      for (;;) pause();
    }
  }

 private:
  PyThreadState* state_;
};

// Arrays that Python has made C-contiguous: to read (In), and to write (Out).
template <class T>
using InOf = nb::ndarray<const T, nb::c_contig, nb::device::cpu>;
template <class T>
using OutOf = nb::ndarray<T, nb::c_contig, nb::device::cpu>;
using In = InOf<float>;
using Out = OutOf<float>;

inline const float* pointer(const std::optional<In>& array) {
  return array ? array->data() : nullptr;
}
inline float* pointer(const std::optional<Out>& array) { return array ? array->data() : nullptr; }

// Do a kernel's call with the GIL released; if a program records, remember it. The call holds
// its arrays by value, so that they live as long as the program.
template <class Call>
inline void submit(const Call& call) {
  {
    GilReleased released;
    call();
  }
  if (recording != nullptr) recording->calls.emplace_back(call);
}

void bind_predict(nb::module_& m);
void bind_program(nb::module_& m);
void bind_gemm(nb::module_& m);
void bind_conv(nb::module_& m);
void bind_ops(nb::module_& m);

}  // namespace badak
