/* Add inputs times weights to the sums of n filters. The weights of an input lie side by side: so
 * the innermost loops have a fixed length, which compilers turn into vectors. */
static void PREFIX_products(const float *restrict x, int32_t inputs, const float *restrict tile,
                            int32_t n, float *restrict sum)
{
    int32_t t = 0;
    for (; t + 4 <= inputs; t += 4, tile += 4 * n) {
        const float x0 = x[t], x1 = x[t + 1], x2 = x[t + 2], x3 = x[t + 3];
        const float *b = tile + n, *c = b + n, *d = c + n;
        int32_t f = 0;
        for (; f + 4 <= n; f += 4)
            for (int32_t k = 0; k < 4; k++)
                sum[f + k] += x0 * UPPER_FLOAT(tile + f + k) + x1 * UPPER_FLOAT(b + f + k)
                              + x2 * UPPER_FLOAT(c + f + k) + x3 * UPPER_FLOAT(d + f + k);
        for (; f < n; f++)
            sum[f] += x0 * UPPER_FLOAT(tile + f) + x1 * UPPER_FLOAT(b + f)
                      + x2 * UPPER_FLOAT(c + f) + x3 * UPPER_FLOAT(d + f);
    }
    for (; t < inputs; t++, tile += n)
        for (int32_t f = 0; f < n; f++)
            sum[f] += x[t] * UPPER_FLOAT(tile + f);
}
