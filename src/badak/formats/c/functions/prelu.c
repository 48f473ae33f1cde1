static void PREFIX_prelu(const float *x, float *y, int32_t n, const float *weight, int32_t count)
{
    for (int32_t c = 0, i = 0; c < count; c++) {
        const float slope = UPPER_FLOAT(weight + c);
        for (const int32_t end = i + n / count; i < end; i++)
            y[i] = x[i] > 0.0f ? x[i] : slope * x[i];
    }
}
