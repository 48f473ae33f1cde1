/* Add inputs times weights to the sums of n filters. The weights of an input lie side by side, and
 * the innermost loop has a fixed length: compilers make vectors of it. */
#define UPPER_ADD(lanes)                                                                          \
    for (; f + lanes <= n; f += lanes)                                                            \
        for (int32_t i = 0; i < lanes; i++)                                                       \
            sum[f + i] += x[t] * UPPER_FLOAT(a + f + i) + x[t + 1] * UPPER_FLOAT(b + f + i)       \
                          + x[t + 2] * UPPER_FLOAT(c + f + i) + x[t + 3] * UPPER_FLOAT(d + f + i);
static void PREFIX_products(const float *restrict x, int32_t inputs, const float *restrict a,
                            int32_t n, float *restrict sum)
{
    int32_t t = 0;
    for (; t + 4 <= inputs; t += 4, a += 4 * n) {
        const float *b = a + n, *c = b + n, *d = c + n;
        int32_t f = 0;
        UPPER_ADD(4)
        UPPER_ADD(1)
    }
    for (; t < inputs; t++, a += n)
        for (int32_t f = 0; f < n; f++)
            sum[f] += x[t] * UPPER_FLOAT(a + f);
}
