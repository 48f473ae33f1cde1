// cpu.cpp -- the compiled instruction sets, best first, and how to ask the processor for each.
#include "cpu.h"

#include "kernels.h"

namespace badak {

#define BADAK_DECLARE_SET(set)  \
  namespace set {               \
  extern const Kernels kernels; \
  }

#if defined(__x86_64__)
BADAK_DECLARE_SET(v4)
#ifndef BADAK_SANITIZE  // the widest and the narrowest vectors show what there is to see
BADAK_DECLARE_SET(v3)
#endif
BADAK_DECLARE_SET(v2)

const InstructionSet instruction_sets[] = {
    {"x86-64-v4", [] { return __builtin_cpu_supports("x86-64-v4") != 0; }, &v4::kernels},
#ifndef BADAK_SANITIZE
    {"x86-64-v3", [] { return __builtin_cpu_supports("x86-64-v3") != 0; }, &v3::kernels},
#endif
    {"x86-64-v2", [] { return __builtin_cpu_supports("x86-64-v2") != 0; }, &v2::kernels},
};
#else
BADAK_DECLARE_SET(baseline)

const InstructionSet instruction_sets[] = {{"baseline", [] { return true; }, &baseline::kernels}};
#endif

const int instruction_set_count = sizeof instruction_sets / sizeof *instruction_sets;

}  // namespace badak
