// bindings.cpp -- what Python sees of the native core; the only file here that knows Python.
#include <nanobind/nanobind.h>

// The compiler that built the core, for `badak --version`.
static const char *compiler() {
#if defined(__clang__)
  return "Clang " __clang_version__;
#elif defined(__GNUC__)
  return "GCC " __VERSION__;
#else
  return "unknown compiler";
#endif
}

NB_MODULE(_core, m) {
  m.doc() = "badak's native core";
  m.attr("__version__") = BADAK_VERSION;
  m.def("compiler", &compiler, "Name and version of the compiler that built this module.");
}
