/* Add inputs times weights to the sums of n filters, each of which has its weights side by side.
 * Compilers make vectors of these sums, because the number of inputs is a multiple of 16. */
static void PREFIX_products(const int16_t *restrict x, int32_t inputs, const int8_t *restrict a,
                            int32_t n, int32_t *restrict sum)
{
    const int32_t whole = inputs & ~15;
    int32_t f = 0;
    for (; f + 4 <= n; f += 4, a += 4 * whole) {
        const int8_t *b = a + whole, *c = b + whole, *d = c + whole;
        int32_t first = sum[f], second = sum[f + 1], third = sum[f + 2], fourth = sum[f + 3];
        for (int32_t t = 0; t < whole; t++) {
            first += x[t] * UPPER_INT8(a + t);
            second += x[t] * UPPER_INT8(b + t);
            third += x[t] * UPPER_INT8(c + t);
            fourth += x[t] * UPPER_INT8(d + t);
        }
        sum[f] = first, sum[f + 1] = second, sum[f + 2] = third, sum[f + 3] = fourth;
    }
    for (; f < n; f++, a += whole) {
        int32_t only = sum[f];
        for (int32_t t = 0; t < whole; t++)
            only += x[t] * UPPER_INT8(a + t);
        sum[f] = only;
    }
}
