// bind_update.cpp -- the optimizers' rules, for one parameter and for all of a network.
#include <nanobind/stl/array.h>
#include <nanobind/stl/string.h>

#include <algorithm>
#include <map>
#include <string>

#include "python/bindings.h"

namespace badak {

namespace {

// In the order of badak.ops.step.StepNumbers; see elementwise/update.h.
using Numbers = std::array<double, 7>;

Step step_of(Rule rule, const Numbers& n) {
  const auto number = [&](size_t i) { return static_cast<float>(n[i]); };
  return {.rule = rule,
          .rate = number(0),
          .decay = number(1),
          .shrink = number(2),
          .keep = number(3),
          .take = static_cast<float>(1 - n[3]),
          .keep2 = number(4),
          .take2 = static_cast<float>(1 - n[4]),
          .unroot = number(5),
          .eps = number(6)};
}

Rule rule_of(const std::string& name) {
  static const std::map<std::string, Rule> rules = {
      {"sgd", Rule::sgd},         {"momentum", Rule::momentum}, {"nesterov", Rule::nesterov},
      {"adagrad", Rule::adagrad}, {"rmsprop", Rule::rmsprop},   {"adam", Rule::adam}};
  return rules.at(name);
}

using Arrays = std::vector<Out>;

// A parameter and its slots; a kernel only reads those that it steps from.
template <class Array>
Tensor tensor_of(const std::vector<Array>& arrays, const float* gradient) {
  const auto at = [&](size_t i) {
    return i < arrays.size() ? const_cast<float*>(arrays[i].data()) : nullptr;
  };
  return {at(0), gradient, {at(1), at(2)}, static_cast<int64_t>(arrays.at(0).size())};
}

// What lies from `first` up to `end` in memory.
struct Range {
  const float *first, *end;
  bool operator<(const Range& other) const { return first < other.first; }
};

template <class Array>
Range range_of(const Array& array) {
  return {array.data(), array.data() + array.size()};
}

// The array that an object is, if it can be used as it is; never a copy.
template <class Array>
bool take(nb::handle object, Array& array) {
  return nb::try_cast(object, array, false) &&
         reinterpret_cast<uintptr_t>(array.data()) % alignof(float) == 0;
}

// An optimizer's live arrays, bound once; each run steps all of them in place.
class Update {
 public:
  // keys: for each parameter in order, its slots' names in `state`. None if an array is not
  // float32, C-contiguous and writable, or shares memory with another.
  static std::optional<Update> bind(const std::string& rule, nb::dict parameters, nb::dict state,
                                    nb::list keys) {
    Update update;
    update.rule_ = rule_of(rule);
    size_t i = 0;
    for (auto [name, object] : parameters) {
      Out parameter;
      if (!update.hold(name, object, parameter)) return {};
      Tensor tensor{.parameter = parameter.data(),
                    .gradient = nullptr,
                    .slots = {},
                    .count = static_cast<int64_t>(parameter.size())};
      int k = 0;
      for (nb::handle key : nb::cast<nb::list>(keys[i++])) {
        Out slot;
        if (!update.hold_slot(key, state[key], slot) || slot.size() != parameter.size()) return {};
        tensor.slots[k++] = slot.data();
      }
      update.tensors_.push_back(tensor);
    }
    update.seen_.resize(update.tensors_.size());
    std::sort(update.written_.begin(), update.written_.end());
    for (size_t r = 1; r < update.written_.size(); r++)
      if (update.written_[r].first < update.written_[r - 1].end) return {};
    return update;
  }

  enum Outcome : int64_t { done = -1, unfit = -2, stale = -3 };

  // done: all were changed. From 0 on: nothing was changed, and which parameter's new values would
  // be the first that are not all finite. unfit: a gradient does not fit its parameter as it
  // stands. stale: parameters or state are not the arrays that were bound.
  int64_t run(nb::dict parameters, nb::dict state, nb::dict gradients, const Numbers& numbers) {
    if (parameters.size() != tensors_.size() || !same(parameters, parameters_) ||
        !same(state, slots_))
      return stale;
    for (size_t i = 0; i < tensors_.size(); i++)
      if (!see(i, PyDict_GetItem(gradients.ptr(), parameters_[i].name.ptr()))) return unfit;
    const Step step = step_of(rule_, numbers);
    int64_t fault = -1;
    GilReleased released;
    kernels->update_all(step, tensors_.data(), static_cast<int64_t>(tensors_.size()), &known_,
                        &fault);
    return fault;  // -1 is done
  }

 private:
  struct Held {
    nb::object name, object;
    Out array;
  };

  static bool same(nb::dict dict, const std::vector<Held>& held) {
    for (const Held& one : held)
      if (PyDict_GetItem(dict.ptr(), one.name.ptr()) != one.object.ptr()) return false;
    return true;
  }

  bool hold(nb::handle name, nb::handle object, Out& array) {
    return keep(parameters_, name, object, array);
  }
  bool hold_slot(nb::handle name, nb::handle object, Out& array) {
    return keep(slots_, name, object, array);
  }
  bool keep(std::vector<Held>& to, nb::handle name, nb::handle object, Out& array) {
    if (!take(object, array)) return false;
    to.push_back({nb::borrow(name), nb::borrow(object), array});
    if (array.size() > 0) written_.push_back(range_of(array));
    return true;
  }

  // Take up a gradient, unless it is the very array of the last run. It is not held: it would stay
  // in memory until the next step.
  bool see(size_t i, nb::handle object) {
    if (!object.is_valid()) return false;
    if (seen_[i].is_valid() && PyWeakref_GetObject(seen_[i].ptr()) == object.ptr()) return true;
    seen_[i].reset();
    In gradient;
    if (!take(object, gradient) || !same_shape(gradient, parameters_[i].array) ||
        overlaps(gradient))
      return false;
    tensors_[i].gradient = gradient.data();
    seen_[i] = nb::steal(PyWeakref_NewRef(object.ptr(), nullptr));
    PyErr_Clear();  // what has no weak references is taken up again each time
    return true;
  }

  static bool same_shape(const In& a, const Out& b) {
    if (a.ndim() != b.ndim()) return false;
    for (size_t axis = 0; axis < a.ndim(); axis++)
      if (a.shape(axis) != b.shape(axis)) return false;
    return true;
  }

  bool overlaps(const In& array) const {
    const Range range = range_of(array);
    const Range end{range.end, nullptr};
    const auto next = std::lower_bound(written_.begin(), written_.end(), end);
    return next != written_.begin() && range.first < (next - 1)->end;
  }

  Rule rule_ = Rule::sgd;
  std::vector<Tensor> tensors_;
  std::vector<Held> parameters_, slots_;
  std::vector<nb::object> seen_;  // weak references to the last run's gradients
  std::vector<Range> written_;
  bool known_ = false;  // whether the slots are known to be moderate
};

std::vector<Span> spans_of(const std::vector<In>& arrays) {
  std::vector<Span> spans;
  for (const In& array : arrays)
    spans.push_back({const_cast<float*>(array.data()), static_cast<int64_t>(array.size())});
  return spans;
}

}  // namespace

void bind_update(nb::module_& m) {
  m.def("update", [](const std::string& rule, const Numbers& numbers, In gradient,
                     const std::vector<In>& from, const Arrays& to) {
    submit([=, step = step_of(rule_of(rule), numbers)] {
      kernels->update(step, tensor_of(from, gradient.data()), tensor_of(to, nullptr));
    });
  });
  nb::class_<Update>(m, "Update", "An optimizer's parameters and state, changed together in place.")
      .def_static("bind", &Update::bind)
      .def("run", &Update::run);

  m.def("first_not_finite", [](const std::vector<In>& arrays, OutOf<int64_t> first) {
    submit([=, spans = spans_of(arrays)] {
      (void)arrays;  // kept alive
      kernels->first_not_finite(spans.data(), static_cast<int64_t>(spans.size()), first.data());
    });
  });
  m.def("norm", [](const std::vector<In>& arrays, OutOf<double> norm) {
    submit([=, spans = spans_of(arrays)] {
      (void)arrays;
      kernels->norm(spans.data(), static_cast<int64_t>(spans.size()), norm.data());
    });
  });
}

}  // namespace badak
