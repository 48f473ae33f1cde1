// cpu.h -- which of the compiled instruction sets this processor runs.
#pragma once

namespace badak {

struct Kernels;

// One compiled set of kernels: its name, whether this processor has it, and its table.
struct InstructionSet {
  const char* name;
  bool (*runs)();
  const Kernels* kernels;
};

extern const InstructionSet instruction_sets[];  // best first
extern const int instruction_set_count;

}  // namespace badak
