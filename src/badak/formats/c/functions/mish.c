static void PREFIX_mish(const float *x, float *y, int32_t n)
{
    for (int32_t i = 0; i < n; i++) {
        const float power = expf(x[i] > 20.0f ? 20.0f : x[i]), product = power * (power + 2.0f);
        y[i] = x[i] * (product / (product + 2.0f));
    }
}
