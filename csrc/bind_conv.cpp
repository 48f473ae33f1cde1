// bind_conv.cpp -- convolution: arrays in, nothing out but what is written.
#include "bindings.h"

namespace badak {

void bind_conv(nb::module_ &) {}

} // namespace badak
