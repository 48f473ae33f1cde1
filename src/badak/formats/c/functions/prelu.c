static void PREFIX_prelu(const float *x, float *y, int32_t n, const float *weight, int32_t count)
{
    for (int32_t i = 0; i < n; i++)
        y[i] = x[i] > 0.0f ? x[i] : weight[i / (n / count)] * x[i];
}
