// content.h -- a number that tells whether an array changed; see content.cpp.
#pragma once

#include <cstdint>

#include "dispatch/kernel.h"

#define BADAK_CONTENT_KERNELS(X) X(content_hash, (const void* bytes, int64_t count, uint64_t* hash))

BADAK_DECLARE_KERNELS(BADAK_CONTENT_KERNELS)
