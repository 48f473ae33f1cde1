// winograd_transforms.h -- convolution with stride 1 in 36 multiplications: for 4x4 places of a 3x3
// kernel instead of 144, and for 2x2 of a 5x5 kernel instead of 100.
//
//   Lavin and Gray 2015, F(4x4, 3x3): y = A^T [(G g G^T) * (B^T d B)] A for each 6x6 tile d of the
//   image; over channels, the sum is taken between the brackets. The matrices are those of Toom and
//   Cook for the points 0, +-5/8, +-3/2 and infinity: with such points, near each other in size,
//   results agree with the direct form within 5e-6 of the largest; with the usual +-1 and +-2, the
//   error is three times as large. A number that is not finite spreads over its tile.
// F(2x2, 5x5) has the same points, and so the same tiles of the image and the same accuracy.
// Here are the transforms, of vectors of LANES channels or filters at a time. Each is a transform
// of a line, applied to all columns and then to all rows.
#pragma once

#include "simd/simd.h"

namespace badak::BADAK_ISA {

constexpr int64_t TILE = 4;              // places of a tile, along one axis
constexpr int64_t SPAN = TILE + 2;       // of the image, that they see
constexpr int64_t POINTS = SPAN * SPAN;  // products for each tile

namespace points {
constexpr float A = 0.625f, B = 1.5f, A2 = A * A, B2 = B * B, A3 = A2 * A, B3 = B2 * B;
constexpr float A4 = A2 * A2, B4 = B2 * B2;
constexpr float AT_0 = 1 / (A2 * B2), AT_A = 1 / (2 * A2 * (A2 - B2)),
                AT_B = 1 / (2 * B2 * (B2 - A2));
}  // namespace points

// d (6) -> B^T d.
struct ImageLine {
  static constexpr int IN = 6, OUT = 6;
  [[gnu::always_inline]] static void apply(const Vec (&d)[6], Vec (&v)[6]) {
    using namespace points;
    const Vec even_a = d[4] - B2 * d[2], odd_a = d[3] - B2 * d[1];
    const Vec even_b = d[4] - A2 * d[2], odd_b = d[3] - A2 * d[1];
    v[0] = even_a - A2 * (d[2] - B2 * d[0]);
    v[1] = even_a + A * odd_a, v[2] = even_a - A * odd_a;
    v[3] = even_b + B * odd_b, v[4] = even_b - B * odd_b;
    v[5] = d[5] - B2 * d[3] - A2 * odd_a;
  }
};

// m (6) -> A^T m.
struct ResultLine {
  static constexpr int IN = 6, OUT = 4;
  [[gnu::always_inline]] static void apply(const Vec (&m)[6], Vec (&y)[4]) {
    using namespace points;
    const Vec even_a = m[1] + m[2], odd_a = m[1] - m[2], even_b = m[3] + m[4], odd_b = m[3] - m[4];
    y[0] = m[0] + even_a + even_b;
    y[1] = A * odd_a + B * odd_b;
    y[2] = A2 * even_a + B2 * even_b;
    y[3] = A3 * odd_a + B3 * odd_b + m[5];
  }
};

// The transpose of the last: y (4) -> A y, the gradient at m.
struct GradientLine {
  static constexpr int IN = 4, OUT = 6;
  [[gnu::always_inline]] static void apply(const Vec (&y)[4], Vec (&m)[6]) {
    using namespace points;
    const Vec even_a = y[0] + A2 * y[2], odd_a = y[1] + A2 * y[3];
    const Vec even_b = y[0] + B2 * y[2], odd_b = y[1] + B2 * y[3];
    m[0] = y[0];
    m[1] = even_a + A * odd_a, m[2] = even_a - A * odd_a;
    m[3] = even_b + B * odd_b, m[4] = even_b - B * odd_b;
    m[5] = y[3];
  }
};

// g (3) -> G g.
struct WeightLine {
  static constexpr int IN = 3, OUT = 6;
  [[gnu::always_inline]] static void apply(const Vec (&g)[3], Vec (&u)[6]) {
    using namespace points;
    const Vec even_a = AT_A * (g[0] + A2 * g[2]), odd_a = AT_A * A * g[1];
    const Vec even_b = AT_B * (g[0] + B2 * g[2]), odd_b = AT_B * B * g[1];
    u[0] = AT_0 * g[0];
    u[1] = even_a + odd_a, u[2] = even_a - odd_a;
    u[3] = even_b + odd_b, u[4] = even_b - odd_b;
    u[5] = g[2];
  }
};

// The transpose of the last: u (6) -> G^T u, the gradient at g.
struct WeightGradientLine {
  static constexpr int IN = 6, OUT = 3;
  [[gnu::always_inline]] static void apply(const Vec (&u)[6], Vec (&g)[3]) {
    using namespace points;
    const Vec even_a = AT_A * (u[1] + u[2]), odd_a = AT_A * (u[1] - u[2]);
    const Vec even_b = AT_B * (u[3] + u[4]), odd_b = AT_B * (u[3] - u[4]);
    g[0] = AT_0 * u[0] + even_a + even_b;
    g[1] = A * odd_a + B * odd_b;
    g[2] = A2 * even_a + B2 * even_b + u[5];
  }
};

// The same for 5x5: m (6) -> (2), y (2) -> (6), g (5) -> (6), u (6) -> (5).
struct ResultLine5 {
  static constexpr int IN = 6, OUT = 2;
  [[gnu::always_inline]] static void apply(const Vec (&m)[6], Vec (&y)[2]) {
    using namespace points;
    y[0] = m[0] + (m[1] + m[2]) + (m[3] + m[4]);
    y[1] = A * (m[1] - m[2]) + B * (m[3] - m[4]) + m[5];
  }
};
struct GradientLine5 {
  static constexpr int IN = 2, OUT = 6;
  [[gnu::always_inline]] static void apply(const Vec (&y)[2], Vec (&m)[6]) {
    using namespace points;
    m[0] = y[0];
    m[1] = y[0] + A * y[1], m[2] = y[0] - A * y[1];
    m[3] = y[0] + B * y[1], m[4] = y[0] - B * y[1];
    m[5] = y[1];
  }
};
struct WeightLine5 {
  static constexpr int IN = 5, OUT = 6;
  [[gnu::always_inline]] static void apply(const Vec (&g)[5], Vec (&u)[6]) {
    using namespace points;
    const Vec even_a = AT_A * (g[0] + A2 * g[2] + A4 * g[4]), odd_a = AT_A * A * (g[1] + A2 * g[3]);
    const Vec even_b = AT_B * (g[0] + B2 * g[2] + B4 * g[4]), odd_b = AT_B * B * (g[1] + B2 * g[3]);
    u[0] = AT_0 * g[0];
    u[1] = even_a + odd_a, u[2] = even_a - odd_a;
    u[3] = even_b + odd_b, u[4] = even_b - odd_b;
    u[5] = g[4];
  }
};
struct WeightGradientLine5 {
  static constexpr int IN = 6, OUT = 5;
  [[gnu::always_inline]] static void apply(const Vec (&u)[6], Vec (&g)[5]) {
    using namespace points;
    const Vec even_a = AT_A * (u[1] + u[2]), odd_a = AT_A * A * (u[1] - u[2]);
    const Vec even_b = AT_B * (u[3] + u[4]), odd_b = AT_B * B * (u[3] - u[4]);
    g[0] = AT_0 * u[0] + even_a + even_b;
    g[1] = odd_a + odd_b;
    g[2] = A2 * even_a + B2 * even_b;
    g[3] = A2 * odd_a + B2 * odd_b;
    g[4] = A4 * even_a + B4 * even_b + u[5];
  }
};

// What a kernel's size decides.
struct Form3x3 {
  static constexpr int KERNEL = 3, TILE = 4;
  using Result = ResultLine;
  using Gradient = GradientLine;
  using Weight = WeightLine;
  using WeightGradient = WeightGradientLine;
};
struct Form5x5 {
  static constexpr int KERNEL = 5, TILE = 2;
  using Result = ResultLine5;
  using Gradient = GradientLine5;
  using Weight = WeightLine5;
  using WeightGradient = WeightGradientLine5;
};

// Line: (IN) -> (OUT). read(row, column) of an (IN, IN) square -> write(row, column, number) of an
// (OUT, OUT) square.
template <class Line, class Read, class Write>
inline void transform_square(const Read& read, const Write& write) {
  constexpr int IN = Line::IN, OUT = Line::OUT;
  Vec half[OUT][IN];
#pragma GCC unroll 6
  for (int j = 0; j < IN; j++) {
    Vec in[IN], out[OUT];
#pragma GCC unroll 6
    for (int i = 0; i < IN; i++) in[i] = read(i, j);
    Line::apply(in, out);
#pragma GCC unroll 6
    for (int i = 0; i < OUT; i++) half[i][j] = out[i];
  }
#pragma GCC unroll 6
  for (int i = 0; i < OUT; i++) {
    Vec out[OUT];
    Line::apply(half[i], out);
#pragma GCC unroll 6
    for (int j = 0; j < OUT; j++) write(i, j, out[j]);
  }
}

}  // namespace badak::BADAK_ISA
