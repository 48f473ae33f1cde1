static void PREFIX_scaled_tanh(const float *x, float *y, int32_t n, float amplitude, float slope)
{
    for (int32_t i = 0; i < n; i++)
        y[i] = amplitude * tanhf(slope * x[i]);
}
