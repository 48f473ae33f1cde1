// kernel.h -- turns a family's list of kernels into declarations of its functions.
//
// A family's header lists its kernels as X(name, (arguments)) and ends in
// BADAK_DECLARE_KERNELS(its list). In a file of kernels, which is compiled once per instruction
// set, this declares the functions in the set's namespace; elsewhere it declares nothing.
#pragma once

#ifdef BADAK_ISA
#define BADAK_DECLARE_KERNEL(name, arguments) void name arguments;
#define BADAK_DECLARE_KERNELS(LIST) \
  namespace badak::BADAK_ISA {      \
  LIST(BADAK_DECLARE_KERNEL)        \
  }
#else
#define BADAK_DECLARE_KERNELS(LIST)
#endif
