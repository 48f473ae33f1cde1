static void PREFIX_add(const float *x, const float *other, float *y, int32_t n)
{
    for (int32_t i = 0; i < n; i++)
        y[i] = x[i] + other[i];
}
