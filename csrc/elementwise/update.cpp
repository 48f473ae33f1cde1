// update.cpp -- the same numbers as badak.ops.reference.update, for float, within a few units of
// the last place; and one step of a whole network in place, or, if a new value is not finite, no
// step at all.
//   parameter, gradient and slots: `count` numbers, C-contiguous.
// Method: all tensors in pieces. A first pass looks for new values that are not finite, a second
// writes. The first would compute everything and be half the work; but if all is moderate (see
// `moderate` below), no new value can overflow, and it only looks how large gradients and
// parameters are. Limited by memory.
// Precondition of update_all: no two arrays share memory.
#include "elementwise/update.h"

#include "simd/finite.h"
#include "simd/sums.h"
#include "threads/split_arrays.h"

namespace badak::BADAK_ISA {

namespace {

struct Values {
  Vec parameter, slot, slot2;
};

template <Rule rule>
inline Values stepped(const Step& s, Values old, Vec gradient) {
  if (s.decay != 0) gradient += s.decay * old.parameter;
  const Vec start = old.parameter * s.shrink;
  if constexpr (rule == Rule::sgd) {
    return {start - s.rate * gradient, Vec{}, Vec{}};
  } else if constexpr (rule == Rule::momentum || rule == Rule::nesterov) {
    const Vec velocity = s.keep * old.slot + gradient;
    const Vec direction = rule == Rule::nesterov ? gradient + s.keep * velocity : velocity;
    return {start - s.rate * direction, velocity, Vec{}};
  } else if constexpr (rule == Rule::adagrad || rule == Rule::rmsprop) {
    const Vec squares = rule == Rule::adagrad ? old.slot + gradient * gradient
                                              : s.keep * old.slot + s.take * gradient * gradient;
    return {start - s.rate * gradient / (sqrt(squares) + s.eps), squares, Vec{}};
  } else {
    const Vec mean = s.keep * old.slot + s.take * gradient;
    const Vec squares = s.keep2 * old.slot2 + s.take2 * gradient * gradient;
    return {start - s.rate * mean / (sqrt(squares) * s.unroot + s.eps), mean, squares};
  }
}

constexpr int slots_of(Rule rule) { return rule == Rule::sgd ? 0 : rule == Rule::adam ? 2 : 1; }

// read(array, i) for the arrays that a rule has.
template <Rule rule, class Read>
inline Values values_at(const Tensor& from, const Read read) {
  Values values{read(from.parameter), Vec{}, Vec{}};
  if constexpr (slots_of(rule) > 0) values.slot = read(from.slots[0]);
  if constexpr (slots_of(rule) > 1) values.slot2 = read(from.slots[1]);
  return values;
}

template <Rule rule, class Write>
inline void write_values(const Values& values, const Tensor& to, const Write write) {
  write(to.parameter, values.parameter);
  if constexpr (slots_of(rule) > 0) write(to.slots[0], values.slot);
  if constexpr (slots_of(rule) > 1) write(to.slots[1], values.slot2);
}

// to = from after the step, for first <= i < end. `to` may be `from`. By value: see map_range.
template <Rule rule>
void write_range(const Step step, const Tensor from, const Tensor to, int64_t first, int64_t end) {
  int64_t i = first;
  for (; i + LANES <= end; i += LANES) {
    const Values old = values_at<rule>(from, [=](const float* array) { return load(array + i); });
    write_values<rule>(stepped<rule>(step, old, load(from.gradient + i)), to,
                       [=](float* array, Vec value) { store(array + i, value); });
  }
  if (const int64_t rest = end - i; rest > 0) {
    const Values old =
        values_at<rule>(from, [=](const float* array) { return load_first(array + i, rest); });
    write_values<rule>(stepped<rule>(step, old, load_first(from.gradient + i, rest)), to,
                       [=](float* array, Vec value) { store_first(array + i, value, rest); });
  }
}

// What the first pass finds in a piece.
constexpr double CLEAR = 0, CLEAR_NOT_MODERATE = 1, FAULT = 2;

// What is moderate. With gradients and parameters below SIZE, what decays below 1, the root's
// divisor at least 1e-12 and slots below SLOT (squares: SQUARES, and not negative), a step is at
// most 1e4 * 1e12 / 1e-12 = 1e28, so that every new value is finite: a float holds 3e38. And the
// slots stay moderate: in a step they grow by at most a gradient's (2 SIZE) or its square, and it
// would take 1e11 steps from SQUARES to a number that is not.
constexpr float SIZE = 1e6f, SLOT = 1e12f, SQUARES = 1e24f;

bool moderate(const Step& s) {
  return s.rate <= 1e4f && s.decay <= 1 && -1e3f <= s.shrink && s.shrink <= 1e3f &&
         s.eps >= 1e-12f && s.unroot <= 1e9f;
}

// Whether all of a piece's new values are finite, by computing them.
template <Rule rule>
double tried(const Step step, const Tensor from, int64_t first, int64_t end) {
  Magnitude parameter, slot, slot2;
  IntVec signs{};
  for (int64_t i = first; i < end; i += LANES) {
    const int64_t size = minimum(LANES, end - i);
    const auto read = [=](const float* array) {
      return size == LANES ? load(array + i) : load_first(array + i, size);
    };
    const Values values = stepped<rule>(step, values_at<rule>(from, read), read(from.gradient));
    parameter.see(values.parameter);
    slot.see(values.slot);
    slot2.see(values.slot2);
    signs |= bits(rule == Rule::adam ? values.slot2 : values.slot);
  }
  if (!parameter.finite() || !slot.finite() || !slot2.finite()) return FAULT;
  constexpr bool squares = rule == Rule::adagrad || rule == Rule::rmsprop || rule == Rule::adam;
  bool small = slot.below(squares && rule != Rule::adam ? SQUARES : SLOT) && slot2.below(SQUARES);
  for (int64_t lane = 0; lane < LANES; lane++) small = small && !(squares && signs[lane] < 0);
  return small ? CLEAR : CLEAR_NOT_MODERATE;
}

template <Rule rule>
double looked_at(const Step& step, const Tensor& from, int64_t first, int64_t size, bool known) {
  if (known) {
    Magnitude magnitude;
    each_vec(
        size,
        [&](Vec gradient, Vec parameter) {
          magnitude.see(gradient);
          magnitude.see(parameter);
        },
        from.gradient + first, static_cast<const float*>(from.parameter + first));
    if (magnitude.below(SIZE)) return CLEAR;
  }
  return tried<rule>(step, from, first, first + size);
}

template <Rule rule>
void update_by(const Step& step, const Tensor& from, const Tensor& to) {
  in_chunks(from.count, [&](int64_t first, int64_t size) {
    write_range<rule>(step, from, to, first, first + size);
  });
}

template <Rule rule>
void update_all_by(const Step& step, const Tensor* tensors, int64_t count, bool* known,
                   int64_t* fault) {
  const auto count_of = [=](int64_t i) { return tensors[i].count; };
  const bool quick = *known && moderate(step);
  bool clear = true;
  int64_t first_fault = -1;
  in_pieces(
      count, count_of,
      [&](Piece& piece) {
        piece.result = looked_at<rule>(step, tensors[piece.array], piece.first, piece.size, quick);
      },
      [&](const Piece& piece) {
        clear = clear && piece.result == CLEAR;
        if (piece.result == FAULT && first_fault < 0) first_fault = piece.array;
      });
  *fault = first_fault;
  if (first_fault >= 0) return;
  *known = clear;
  in_pieces(
      count, count_of,
      [&](Piece& piece) {
        const Tensor& tensor = tensors[piece.array];
        write_range<rule>(step, tensor, tensor, piece.first, piece.first + piece.size);
      },
      [](const Piece&) {});
}

// Call body with the rule as a constant.
template <class Body>
inline void with_rule(Rule rule, const Body& body) {
  switch (rule) {
    case Rule::sgd:
      return body.template operator()<Rule::sgd>();
    case Rule::momentum:
      return body.template operator()<Rule::momentum>();
    case Rule::nesterov:
      return body.template operator()<Rule::nesterov>();
    case Rule::adagrad:
      return body.template operator()<Rule::adagrad>();
    case Rule::rmsprop:
      return body.template operator()<Rule::rmsprop>();
    case Rule::adam:
      return body.template operator()<Rule::adam>();
  }
}

}  // namespace

void update(const Step& step, const Tensor& from, const Tensor& to) {
  with_rule(step.rule, [&]<Rule rule>() { update_by<rule>(step, from, to); });
}

void update_all(const Step& step, const Tensor* tensors, int64_t count, bool* known,
                int64_t* fault) {
  with_rule(step.rule,
            [&]<Rule rule>() { update_all_by<rule>(step, tensors, count, known, fault); });
}

}  // namespace badak::BADAK_ISA
