/* Add inputs times weights to the sums of n filters. The weights of an input lie side by side: so
 * the innermost loop has a fixed length, which compilers turn into vectors. Two products of 8-bit
 * integers fit in 16 bits, if no weight is -128. */
static void PREFIX_products(const int16_t *restrict x, int32_t inputs, const int8_t *restrict tile,
                            int32_t n, int32_t *restrict sum)
{
    int32_t t = 0;
    for (; t + 4 <= inputs; t += 4, tile += 4 * n) {
        const int16_t x0 = x[t], x1 = x[t + 1], x2 = x[t + 2], x3 = x[t + 3];
        const int8_t *b = tile + n, *c = b + n, *d = c + n;
        int32_t f = 0;
        for (; f + 16 <= n; f += 16)
            for (int32_t k = 0; k < 16; k++) {
                const int16_t two = (int16_t)(x0 * UPPER_INT8(tile + f + k)
                                              + x1 * UPPER_INT8(b + f + k));
                const int16_t more = (int16_t)(x2 * UPPER_INT8(c + f + k)
                                               + x3 * UPPER_INT8(d + f + k));
                sum[f + k] += (int32_t)two + more;
            }
        for (; f < n; f++) {
            const int16_t two = (int16_t)(x0 * UPPER_INT8(tile + f) + x1 * UPPER_INT8(b + f));
            const int16_t more = (int16_t)(x2 * UPPER_INT8(c + f) + x3 * UPPER_INT8(d + f));
            sum[f] += (int32_t)two + more;
        }
    }
    for (; t < inputs; t++, tile += n)
        for (int32_t f = 0; f < n; f++)
            sum[f] += x[t] * UPPER_INT8(tile + f);
}
