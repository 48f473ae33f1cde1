/* All have one scale. */
static void PREFIX_concat(const int8_t *x, const int8_t *other, int8_t *y, int32_t inputs,
                          int32_t n)
{
    for (int32_t i = 0; i < n; i++)
        y[i] = i < inputs ? x[i] : other[i - inputs];
}
