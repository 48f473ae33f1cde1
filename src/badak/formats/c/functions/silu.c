static void PREFIX_silu(const float *x, float *y, int32_t n)
{
    for (int32_t i = 0; i < n; i++)
        y[i] = x[i] / (1.0f + expf(-x[i]));
}
