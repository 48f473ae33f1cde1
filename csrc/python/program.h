// program.h -- a recorded sequence of kernel calls, run again in one call from Python.
//
// While a program records, every call that Python makes is done as always and remembered, with
// the arrays it reads and writes. Running the program repeats the calls on the same arrays: a
// whole forward pass or training step without a line of Python between the kernels.
#pragma once

#include <functional>
#include <vector>

namespace badak {

struct Program {
  std::vector<std::function<void()>> calls;

  void run() const {
    for (const auto& call : calls) call();
  }
};

// The program that this thread records into, or null.
extern thread_local Program* recording;

}  // namespace badak
