// bind_predict.cpp -- Prediction: a network's pass, as badak.network.prediction lays it out.
#include <nanobind/stl/optional.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/shared_ptr.h>
#include <nanobind/stl/tuple.h>

#include "predict/bands.h"
#include "python/bindings.h"
#include "python/windows.h"

namespace badak {

namespace {

using PlaceNumbers = std::array<int64_t, 9>;
// What is added, the limits, and whether 2x2 max pooling follows.
using AfterIn = std::tuple<std::optional<PlaceNumbers>, float, float, bool>;

Place place_of(const PlaceNumbers& n) {
  return {n[0], n[1], n[2], n[3], n[4], n[5], n[6], n[7], n[8]};
}

After after_of(const AfterIn& numbers) {
  const auto& [add, low, high, pool] = numbers;
  After after{.add = {}, .low = low, .high = high, .pool = pool};
  if (add) after.add = place_of(*add);
  return after;
}

// Whether anybody changed dictionaries, or may have changed the arrays in them.
//
// An array can change unseen only if somebody beside its dictionary and this watch has it: then its
// reference count is higher. Views count, since they have the array they look at.
class Watch {
 public:
  // `owned`: dictionaries with arrays, each of one layer; `others`: with layers, which users have
  // too; `bases`: what the arrays look at.
  Watch(const std::vector<nb::dict>& owned, const std::vector<nb::dict>& others,
        std::vector<nb::object> bases)
      : bases_(std::move(bases)) {
    for (const nb::dict& dict : owned) {
      dicts_.push_back(content_of(dict));
      for (const auto& item : dicts_.back().values) arrays_.push_back(item);
    }
    owned_ = dicts_.size();
    for (const nb::dict& dict : others) dicts_.push_back(content_of(dict));
  }

  bool same() const {
    for (const Content& content : dicts_) {
      PyObject *key, *value;
      Py_ssize_t at = 0;
      size_t i = 0;
      if (static_cast<size_t>(PyDict_Size(content.dict.ptr())) != content.keys.size()) return false;
      for (; PyDict_Next(content.dict.ptr(), &at, &key, &value); i++)
        if (key != content.keys[i].ptr() || value != content.values[i].ptr()) return false;
    }
    return true;
  }

  bool alone() const {
    for (size_t i = 0; i < owned_; i++)
      if (Py_REFCNT(dicts_[i].dict.ptr()) != 2) return false;  // its layer and this
    for (const nb::object& array : arrays_)
      if (Py_REFCNT(array.ptr()) != 3) return false;  // its dictionary and, twice, this
    for (const nb::object& base : bases_)
      if (Py_REFCNT(base.ptr()) != 2) return false;  // its array and this
    return true;
  }

  // Whether nobody can get an array again by a weak reference.
  bool unreferred() const {
    const nb::object count = nb::module_::import_("weakref").attr("getweakrefcount");
    for (const auto* objects : {&arrays_, &bases_})
      for (const nb::object& object : *objects)
        if (nb::cast<int>(count(object)) != 0) return false;
    return true;
  }

  std::vector<uint64_t> hashes() const {
    std::vector<uint64_t> result;
    for (const nb::object& object : arrays_) {
      const auto array = nb::cast<nb::ndarray<nb::ro, nb::c_contig, nb::device::cpu>>(object);
      uint64_t hash;
      kernels->content_hash(array.data(), static_cast<int64_t>(array.nbytes()), &hash);
      result.push_back(hash);
    }
    return result;
  }

 private:
  struct Content {
    nb::dict dict;
    std::vector<nb::object> keys, values;
  };
  static Content content_of(const nb::dict& dict) {
    Content content{dict, {}, {}};
    for (const auto& [key, value] : dict) {
      content.keys.push_back(nb::borrow(key));
      content.values.push_back(nb::borrow(value));
    }
    return content;
  }

  std::vector<Content> dicts_;
  size_t owned_ = 0;
  std::vector<nb::object> arrays_, bases_;
};

using ActivationIn = std::tuple<int, float, float>;
ActivationOf activation_of(const ActivationIn& numbers) {
  const auto [kind, first, second] = numbers;
  return {static_cast<Activation>(kind), first, second};
}

using BandStepIn =
    std::tuple<int64_t, PlacedWindow, AfterIn, PlaceNumbers, std::vector<ActivationIn>>;
BandStep band_step_of(const BandStepIn& numbers) {
  const auto& [filter, window, after, made, then] = numbers;
  BandStep step{filter, window_of(window), after_of(after), place_of(made), {}};
  for (const ActivationIn& activation : then) step.then.push_back(activation_of(activation));
  return step;
}

// The prediction, and the arrays that its steps read and write.
struct Held : Prediction {
  using Prediction::Prediction;
  std::vector<Out> arrays;
};

void bind_steps(nb::class_<Held>& prediction) {
  prediction
      .def("filter",
           [](Held& p, int64_t index, const PlaceNumbers& x, const AfterIn& after,
              const PlaceNumbers& y) {
             p.add(filter_step(index, place_of(x), after_of(after), place_of(y)));
           })
      .def("from_planes",
           [](Held& p, const PlaceNumbers& x, const PlaceNumbers& y) {
             p.add(from_planes_step(place_of(x), place_of(y)));
           })
      .def("to_planes",
           [](Held& p, const PlaceNumbers& x, const PlaceNumbers& y) {
             p.add(to_planes_step(place_of(x), place_of(y)));
           })
      .def("copy", [](Held& p, const PlaceNumbers& x,
                      const PlaceNumbers& y) { p.add(copy_step(place_of(x), place_of(y))); })
      .def("clamp",
           [](Held& p, const PlaceNumbers& x, const AfterIn& after, const PlaceNumbers& y) {
             p.add(clamp_step(place_of(x), after_of(after), place_of(y)));
           })
      .def("scale",
           [](Held& p, int64_t index, const PlaceNumbers& x, const AfterIn& after,
              const PlaceNumbers& y) {
             p.add(scale_step(place_of(x), index, after_of(after), place_of(y)));
           })
      .def("gate",
           [](Held& p, const PlaceNumbers& x, const PlaceNumbers& factors, const PlaceNumbers& y) {
             p.add(gate_step(place_of(x), place_of(factors), place_of(y)));
           })
      .def("shuffle",
           [](Held& p, int64_t groups, const PlaceNumbers& x, const PlaceNumbers& y) {
             p.add(shuffle_step(groups, place_of(x), place_of(y)));
           })
      .def("activation",
           [](Held& p, const ActivationIn& activation, const PlaceNumbers& x,
              const PlaceNumbers& y) {
             p.add(activation_step(activation_of(activation), place_of(x), place_of(y)));
           })
      .def("bands",
           [](Held& p, const PlaceNumbers& x, const std::vector<BandStepIn>& steps, int64_t rows) {
             BandRun run{place_of(x), {}, rows};
             for (const BandStepIn& step : steps) run.steps.push_back(band_step_of(step));
             p.add(bands_step(std::move(run)));
           })
      .def("check", [](Held& p, const PlaceNumbers& x) { p.add(check_step(place_of(x))); })
      .def("max_pool",
           [](Held& p, const PlacedWindow& window, const PlaceNumbers& x, const PlaceNumbers& y) {
             p.add(max_pool_step(window_of(window), place_of(x), place_of(y)));
           })
      .def("avg_pool", [](Held& p, const PlacedWindow& window, Out divisors, const PlaceNumbers& x,
                          const PlaceNumbers& y) {
        p.arrays.push_back(divisors);
        p.add(avg_pool_step(window_of(window), divisors.data(), place_of(x), place_of(y)));
      });
}

}  // namespace

void bind_predict(nb::module_& m) {
  // way, (filters, channels, rows, columns), window with places, (groups, images at a time),
  // weight, bias
  nb::class_<Packed>(m, "Packed", "A layer's weight as a kernel likes it.")
      .def("__init__", [](Packed* packed, int way, const std::array<int64_t, 4>& sizes,
                          const PlacedWindow& window, std::pair<int64_t, int64_t> groups_n,
                          In weight, In bias) {
        const Convolution conv{
            .maps = {groups_n.second, sizes[1], sizes[2], sizes[3], window[8], window[9]},
            .window = window_of(window),
            .f = sizes[0],
            .groups = groups_n.first};
        GilReleased released;
        new (packed) Packed(static_cast<Packed::Way>(way), conv, weight.data(), bias.data());
      });
  nb::class_<Watch>(m, "Watch", "Whether arrays in dictionaries changed, or may have.")
      .def(nb::init<const std::vector<nb::dict>&, const std::vector<nb::dict>&,
                    std::vector<nb::object>>())
      .def("same", &Watch::same, "Whether the dictionaries hold the same objects as at first.")
      .def("alone", &Watch::alone, "Whether nobody else has the arrays or their dictionaries.")
      .def("unreferred", &Watch::unreferred, "Whether there are no weak references to the arrays.")
      .def("hashes", &Watch::hashes, "A number for the content of each array, in order.");
  auto prediction =
      nb::class_<Held>(m, "Prediction", "A network's pass over batches of one size.")
          .def(nb::init<int64_t, int64_t>())
          .def("array",
               [](Held& p, Out array) {
                 p.arrays.push_back(array);
                 p.array(array.data());
               })
          .def("phase", [](Held& p, int64_t group, int64_t size) { p.phase(group, size); })
          .def("use",
               [](Held& p, const std::vector<std::shared_ptr<Packed>>& weights) {
                 p.use({weights.begin(), weights.end()});
               })
          .def("times", &Prediction::times, "Run once; the seconds of each step on one thread.")
          .def("run_on",
               [](Held& p, In images) {
                 GilReleased released;
                 return p.run_on(images.data());
               })
          .def("run", [](Held& p) { submit([&p] { p.run(); }); });
  bind_steps(prediction);
}

}  // namespace badak
