// bindings.cpp -- what Python sees of the native core; only the bind*.cpp files know Python.
#include "python/bindings.h"

#include <nanobind/nanobind.h>
#include <nanobind/stl/string.h>

#include <string>
#include <vector>

#include "dispatch/cpu.h"
#include "threads/threads.h"

namespace badak {

const Kernels* kernels = nullptr;

namespace {

const char* active_set = "";

// The compiler that built the core, for `badak --version`.
const char* compiler() {
#if defined(__clang__)
#define BADAK_TEXT(number) BADAK_TEXT_OF(number)
#define BADAK_TEXT_OF(number) #number
  return "Clang " BADAK_TEXT(__clang_major__) "." BADAK_TEXT(__clang_minor__) "." BADAK_TEXT(
      __clang_patchlevel__);  // __clang_version__ ends in a space, or a build's whole story
#undef BADAK_TEXT
#undef BADAK_TEXT_OF
#elif defined(__GNUC__)
  return "GCC " __VERSION__;
#else
  return "unknown compiler";
#endif
}

// The names of the compiled sets that this processor runs, best first.
std::vector<std::string> usable_sets() {
  std::vector<std::string> names;
  for (int i = 0; i < instruction_set_count; i++)
    if (instruction_sets[i].runs()) names.push_back(instruction_sets[i].name);
  return names;
}

bool use_set(const std::string& name) {
  for (int i = 0; i < instruction_set_count; i++)
    if (name == instruction_sets[i].name && instruction_sets[i].runs()) {
      kernels = instruction_sets[i].kernels;
      active_set = instruction_sets[i].name;
      return true;
    }
  return false;
}

double fma_peak() {
  double flops = 0;
  GilReleased released;
  kernels->fma_peak(&flops);
  return flops;
}

}  // namespace
}  // namespace badak

NB_MODULE(_core, m) {
  using namespace badak;
  // nanobind finds a thread's state by PyGILState_Ensure, which knows only the main interpreter: in
  // another one it would wait for ever for the GIL that its own thread holds.
  if (PyInterpreterState_GetID(PyInterpreterState_Get()) != 0)
    throw nb::import_error("badak's native core runs only in Python's main interpreter");
  // Python never clears the frames of daemon threads, nor reference cycles after gc.freeze: a
  // report of what they hold would alarm users by 20 lines, although nothing is wrong.
  nb::set_leak_warnings(false);
  m.doc() = "badak's native core";
  m.attr("__version__") = BADAK_VERSION;
  m.def("compiler", &compiler, "Name and version of the compiler that built this module.");
  m.def("usable_sets", &usable_sets, "Compiled instruction sets this processor runs, best first.");
  m.def("use_set", &use_set, "Run kernels of this set from now on; False where it cannot run.");
  m.def("active_set", [] { return active_set; }, "The instruction set in use.");
  m.def("num_threads", &num_threads, "Threads that kernels use.");
  m.def(
      "set_num_threads",
      [](int count) {
        GilReleased released;
        set_num_threads(count);
      },
      "Let kernels use this many threads, at least 1.");
  m.def("fma_peak", &fma_peak,
        "Float32 operations a second that all threads together reach when they only multiply-add.");
  use_set(usable_sets().at(0));
  bind_predict(m);
  bind_program(m);
  bind_gemm(m);
  bind_conv(m);
  bind_ops(m);
}
