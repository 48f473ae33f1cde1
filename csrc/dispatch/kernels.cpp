// kernels.cpp -- the table of one instruction set.
#include "dispatch/kernels.h"

namespace badak::BADAK_ISA {

extern const Kernels kernels;
const Kernels kernels = {
#define X(name, arguments) name,
    BADAK_KERNELS(X)
#undef X
};

}  // namespace badak::BADAK_ISA
