static void PREFIX_selu(const float *x, float *y, int32_t n)
{
    for (int32_t i = 0; i < n; i++) {
        const float t = tanhf(0.5f * x[i]); /* as in elu */
        y[i] = x[i] > 0.0f ? 1.05070099f * x[i] : 1.75809934f * 2.0f * t / (1.0f - t);
    }
}
