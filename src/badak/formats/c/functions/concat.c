static void PREFIX_concat(const float *x, const float *other, float *y, int32_t inputs, int32_t n)
{
    for (int32_t i = 0; i < n; i++)
        y[i] = i < inputs ? x[i] : other[i - inputs];
}
