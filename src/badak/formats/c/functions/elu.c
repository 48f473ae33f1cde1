static void PREFIX_elu(const float *x, float *y, int32_t n, float alpha)
{
    for (int32_t i = 0; i < n; i++) {
        const float t = tanhf(0.5f * x[i]); /* exp(x) - 1 = 2 t / (1 - t): avr-libc has no expm1f */
        y[i] = x[i] > 0.0f ? x[i] : alpha * 2.0f * t / (1.0f - t);
    }
}
