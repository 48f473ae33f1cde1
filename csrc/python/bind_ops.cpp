// bind_ops.cpp -- the kernels, family by family; results are written to arrays.
#include "python/bindings.h"

namespace badak {

void bind_dropout(nb::module_& m);
void bind_elementwise(nb::module_& m);
void bind_loss(nb::module_& m);
void bind_maps(nb::module_& m);
void bind_norm(nb::module_& m);
void bind_pixels_conv(nb::module_& m);
void bind_pixels_maps(nb::module_& m);
void bind_pixels_normed(nb::module_& m);
void bind_pool(nb::module_& m);
void bind_update(nb::module_& m);

void bind_ops(nb::module_& m) {
  bind_dropout(m);
  bind_elementwise(m);
  bind_loss(m);
  bind_maps(m);
  bind_norm(m);
  bind_pixels_conv(m);
  bind_pixels_maps(m);
  bind_pixels_normed(m);
  bind_pool(m);
  bind_update(m);
}

}  // namespace badak
