/* Add inputs times weights to the sums of n filters. The weights of an input lie side by side, and
 * the innermost loop has a fixed length: compilers make vectors of it. Two products of 8-bit
 * integers fit in 16 bits, since no weight is -128. Not static: a compiler that sees how large n
 * can be unrolls the loops, and then makes no vectors. */
#define UPPER_ADD(lanes)                                                                          \
    for (; f + lanes <= n; f += lanes)                                                            \
        for (int32_t i = 0; i < lanes; i++) {                                                     \
            const int16_t two = (int16_t)(x[t] * UPPER_INT8(a + f + i)                            \
                                          + x[t + 1] * UPPER_INT8(b + f + i));                    \
            const int16_t more = (int16_t)(x[t + 2] * UPPER_INT8(c + f + i)                       \
                                           + x[t + 3] * UPPER_INT8(d + f + i));                   \
            sum[f + i] += (int32_t)two + more;                                                    \
        }
void PREFIX_products(const int16_t *restrict x, int32_t inputs, const int8_t *restrict a, int32_t n,
                     int32_t *restrict sum);
void PREFIX_products(const int16_t *restrict x, int32_t inputs, const int8_t *restrict a, int32_t n,
                     int32_t *restrict sum)
{
    int32_t t = 0;
    for (; t + 4 <= inputs; t += 4, a += 4 * n) {
        const int8_t *b = a + n, *c = b + n, *d = c + n;
        int32_t f = 0;
        UPPER_ADD(16)
        UPPER_ADD(8)
        UPPER_ADD(1)
    }
    for (; t < inputs; t++, a += n)
        for (int32_t f = 0; f < n; f++)
            sum[f] += x[t] * UPPER_INT8(a + f);
}
