static void PREFIX_leaky_relu(const float *x, float *y, int32_t n, float negative_slope)
{
    for (int32_t i = 0; i < n; i++)
        y[i] = x[i] > 0.0f ? x[i] : negative_slope * x[i];
}
