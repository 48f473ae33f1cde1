static void PREFIX_hardsigmoid(const float *x, float *y, int32_t n)
{
    for (int32_t i = 0; i < n; i++)
        y[i] = x[i] < -3.0f ? 0.0f : x[i] > 3.0f ? 1.0f : (x[i] + 3.0f) / 6.0f;
}
