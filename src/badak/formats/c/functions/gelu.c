static void PREFIX_gelu(const float *x, float *y, int32_t n)
{
    for (int32_t i = 0; i < n; i++)
        y[i] = 0.5f * x[i] * erfcf(-0.70710678f * x[i]);
}
