/* Any function of one value: its 256 results, from -128 up. */
static void PREFIX_table(const int8_t *x, int8_t *y, int32_t n, const int8_t *results)
{
    for (int32_t i = 0; i < n; i++)
        y[i] = UPPER_INT8(results + x[i] + 128);
}
