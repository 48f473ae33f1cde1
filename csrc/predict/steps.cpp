// steps.cpp -- the calls of the kernels.
#include "predict/steps.h"

#include <cstring>

#include "dispatch/kernels.h"

namespace badak {

namespace {

Numbers copied(const float* from, int64_t count) {
  Numbers numbers = zeros(count);
  std::memcpy(numbers.get(), from, static_cast<size_t>(count) * sizeof(float));
  return numbers;
}

// Few large groups are faster by themselves.
int64_t parts_of(Packed::Way way, const Convolution& conv) {
  const bool large = conv.channels() >= 16 && conv.filters() >= 16 && conv.groups <= 16;
  return way == Packed::pixels && conv.groups > 1 && large ? conv.groups : 1;
}

Convolution part_of(const Convolution& conv, int64_t parts) {
  Convolution part = conv;
  part.maps.c /= parts, part.f /= parts, part.groups /= parts;
  return part;
}

Numbers packed(const Packed& to, const float* weight) {
  const Convolution& conv = to.conv;
  const int64_t count = conv.f * conv.channels() * conv.cells();
  if (to.way == Packed::rows || to.way == Packed::plain) return copied(weight, count);
  const bool planes = to.way == Packed::planes;
  int64_t size;
  (planes ? kernels->planes_conv_packed_size : kernels->pixels_conv_packed_size)(conv, &size);
  Numbers numbers = zeros(to.parts * size);
  for (int64_t i = 0; i < to.parts; i++)
    (planes ? kernels->planes_conv_pack : kernels->pixels_conv_pack)(conv, weight + i * count,
                                                                     numbers.get() + i * size);
  return numbers;
}

// Rows of one pixel each: y = x weight^T + bias.
void linear(const Packed& packed, const Pixels& x, const After& after, const Pixels& y) {
  const int64_t d = packed.conv.maps.c;
  packed.table->gemm({.m = x.n,
                      .n = packed.conv.f,
                      .k = d,
                      .a = x.at,
                      .a_row = x.image,
                      .a_column = 1,
                      .b = packed.weight.get(),
                      .b_row = 1,
                      .b_column = d,
                      .c = y.at,
                      .c_row = y.image,
                      .row_bias = nullptr,
                      .column_bias = packed.bias.get(),
                      .relu = after.low == 0,
                      .accumulate = false});
}

}  // namespace

Packed::Packed(Way way, const Convolution& conv, const float* weight, const float* bias)
    : way(way),
      conv(part_of(conv, parts_of(way, conv))),
      parts(parts_of(way, conv)),
      table(kernels),
      weight(packed(*this, weight)),
      bias(copied(bias, conv.f)) {}

void filter(const Packed& packed, const Pixels& x, const After& after, const Pixels* add,
            const Pixels& y) {
  if (packed.way == Packed::rows) return linear(packed, x, after, y);
  Convolution conv = packed.conv;  // its number of images chose a way for pixels
  if (packed.way != Packed::pixels) conv.maps.n = x.n;
  if (packed.way == Packed::plain)
    return packed.table->conv2d(conv, {.relu = after.low == 0, .pool = after.pool}, x.at,
                                packed.weight.get(), packed.bias.get(), y.at, nullptr);
  Finish finish{.bias = packed.bias.get(),
                .add = add,
                .low = after.low,
                .high = after.high,
                .pool = after.pool};
  if (packed.way == Packed::planes)
    return packed.table->planes_conv(conv, x.at, packed.weight.get(), finish, y);
  int64_t size;
  packed.table->pixels_conv_packed_size(conv, &size);
  Pixels from = x, to = y, more = add == nullptr ? Pixels{} : *add;
  from.c = conv.maps.c, to.c = more.c = conv.f;
  if (add != nullptr) finish.add = &more;
  for (int64_t i = 0; i < packed.parts; i++) {
    packed.table->pixels_conv(conv, from, packed.weight.get() + i * size, finish, to);
    from.at += conv.maps.c, to.at += conv.f, more.at += conv.f, finish.bias += conv.f;
  }
}

Action check_step(const Place& x) {
  return [=](const Turn& turn) {
    const Span images{turn.at(x).at, turn.count * x.image};
    int64_t odd;
    turn.whole.table().first_not_finite(&images, 1, &odd);
    if (odd >= 0) turn.whole.not_finite();
  };
}

Action filter_step(int64_t index, const Place& x, const After& after, const Place& y) {
  return [=](const Turn& turn) {
    const Pixels add = after.add ? turn.at(*after.add) : Pixels{};
    filter(turn.whole.weights(index), turn.at(x), after, after.add ? &add : nullptr, turn.at(y));
  };
}

Action from_planes_step(const Place& x, const Place& y) {
  return [=](const Turn& turn) { turn.whole.table().planes_to_pixels(turn.at(x).at, turn.at(y)); };
}

Action to_planes_step(const Place& x, const Place& y) {
  return [=](const Turn& turn) { turn.whole.table().pixels_to_planes(turn.at(x), turn.at(y).at); };
}

Action copy_step(const Place& x, const Place& y) {
  return [=](const Turn& turn) { turn.whole.table().pixels_copy(turn.at(x), turn.at(y)); };
}

Action clamp_step(const Place& x, const After& after, const Place& y) {
  return [=](const Turn& turn) {
    const Pixels add = after.add ? turn.at(*after.add) : Pixels{};
    const Finish finish{.bias = nullptr,
                        .add = after.add ? &add : nullptr,
                        .low = after.low,
                        .high = after.high,
                        .pool = false};
    turn.whole.table().pixels_clamp(turn.at(x), finish, turn.at(y));
  };
}

Action scale_step(const Place& x, int64_t index, const After& after, const Place& y) {
  return [=](const Turn& turn) {
    const Packed& packed = turn.whole.weights(index);
    turn.whole.table().pixels_scale_shift(turn.at(x), packed.weight.get(), packed.bias.get(),
                                          after.low, after.high, turn.at(y));
  };
}

Action gate_step(const Place& x, const Place& factors, const Place& y) {
  return [=](const Turn& turn) {
    Pixels from = turn.at(x), to = turn.at(y);
    const Pixels numbers = turn.at(factors);
    from.n = to.n = 1;  // the factors of two images may lie apart
    for (int64_t i = 0; i < turn.count; i++) {
      turn.whole.table().pixels_gate(from, numbers.pixel(i, 0, 0), to);
      from.at += from.image, to.at += to.image;
    }
  };
}

Action shuffle_step(int64_t groups, const Place& x, const Place& y) {
  return [=](const Turn& turn) {
    const Pixels from = turn.at(x), to = turn.at(y);
    const int64_t each = from.c / groups;
    for (int64_t i = 0; i < turn.count; i++)
      for (int64_t place = 0; place < from.h * from.w; place++) {
        const float* pixel = from.pixel(i, place / from.w, place % from.w);
        float* shuffled = to.pixel(i, place / from.w, place % from.w);
        for (int64_t g = 0; g < groups; g++)
          for (int64_t c = 0; c < each; c++) shuffled[c * groups + g] = pixel[g * each + c];
      }
  };
}

Action activation_step(const ActivationOf& activation, const Place& x, const Place& y) {
  return [=](const Turn& turn) {
    turn.whole.table().pixels_activation(activation, turn.at(x), turn.at(y));
  };
}

Action max_pool_step(const Window& window, const Place& x, const Place& y) {
  return
      [=](const Turn& turn) { turn.whole.table().pixels_max_pool(turn.at(x), window, turn.at(y)); };
}

Action avg_pool_step(const Window& window, const float* divisors, const Place& x, const Place& y) {
  return [=](const Turn& turn) {
    turn.whole.table().pixels_avg_pool(turn.at(x), window, divisors, turn.at(y));
  };
}

}  // namespace badak
