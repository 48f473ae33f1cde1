static void PREFIX_scale(const float *x, float *y, int32_t n, const float *weight,
                         const float *bias, int32_t count)
{
    for (int32_t i = 0; i < n; i++)
        y[i] = x[i] * weight[i / (n / count)] + bias[i / (n / count)];
}
