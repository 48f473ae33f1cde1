// cpu.cpp -- the compiled instruction sets, best first, and how to ask the processor for each.
#include "dispatch/cpu.h"

#include "dispatch/kernels.h"

#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace badak {

#define BADAK_DECLARE_SET(set)  \
  namespace set {               \
  extern const Kernels kernels; \
  }

#if defined(__x86_64__)
namespace {

// The levels feature by feature: Clang knows their names from 18 on. The builtin also asks whether
// the system keeps the wide registers.
#define HAS(feature) (__builtin_cpu_supports(feature) != 0)

// What Clang's builtin has no names for: bits of ecx in the processor's own answer.
bool has_bits(unsigned leaf, unsigned wanted) {
  unsigned eax, ebx, ecx, edx;
  return __get_cpuid(leaf, &eax, &ebx, &ecx, &edx) != 0 && (ecx & wanted) == wanted;
}
constexpr unsigned BASIC = 1, EXTENDED = 0x80000001;

bool runs_v2() {
  return HAS("sse3") && HAS("ssse3") && HAS("sse4.1") && HAS("sse4.2") && HAS("popcnt") &&
         has_bits(BASIC, bit_CMPXCHG16B) && has_bits(EXTENDED, bit_LAHF_LM);
}

bool runs_v3() {
  return runs_v2() && HAS("avx") && HAS("avx2") && HAS("bmi") && HAS("bmi2") && HAS("fma") &&
         has_bits(BASIC, bit_F16C | bit_MOVBE) && has_bits(EXTENDED, bit_LZCNT);
}

bool runs_v4() {
  return runs_v3() && HAS("avx512f") && HAS("avx512bw") && HAS("avx512cd") && HAS("avx512dq") &&
         HAS("avx512vl");
}

#undef HAS

}  // namespace

BADAK_DECLARE_SET(v4)
#ifndef BADAK_SANITIZE  // the widest and the narrowest vectors show what there is to see
BADAK_DECLARE_SET(v3)
#endif
BADAK_DECLARE_SET(v2)

const InstructionSet instruction_sets[] = {
    {"x86-64-v4", runs_v4, &v4::kernels},
#ifndef BADAK_SANITIZE
    {"x86-64-v3", runs_v3, &v3::kernels},
#endif
    {"x86-64-v2", runs_v2, &v2::kernels},
};
#else
BADAK_DECLARE_SET(baseline)

const InstructionSet instruction_sets[] = {{"baseline", [] { return true; }, &baseline::kernels}};
#endif

const int instruction_set_count = sizeof instruction_sets / sizeof *instruction_sets;

}  // namespace badak
