// bind_program.cpp -- Program: record calls, run them again.
#include "python/bindings.h"

namespace badak {

thread_local Program* recording = nullptr;

void bind_program(nb::module_& m) {
  m.def(
      "copy_finite",
      [](In from, Out to) {  // never recorded: each batch lies elsewhere
        bool finite = false;
        GilReleased released;
        kernels->copy_finite(from.data(), to.data(), static_cast<int64_t>(to.size()), &finite);
        return finite;
      },
      "Copy an array into another of its size; False where a number is not finite.");
  nb::class_<Program>(m, "Program", "Kernel calls, recorded once and run again on the same arrays.")
      .def(nb::init<>())
      .def("__len__", [](const Program& program) { return program.calls.size(); })
      .def(
          "record", [](Program& program) { recording = &program; },
          "From now on this thread's kernel calls are done and remembered; until `stop`.")
      .def("stop", [](Program&) { recording = nullptr; })
      .def("run", [](const Program& program) {
        GilReleased released;
        program.run();
      });
}

}  // namespace badak
