static void PREFIX_group_norm(const float *x, float *y, int32_t maps, int32_t places,
                              int32_t groups, const float *weight, const float *bias, float eps)
{
    const int32_t channels = maps / groups, count = channels * places;
    for (int32_t group = 0; group < groups; group++, x += count, y += count) {
        float mean = 0.0f, variance = 0.0f;
        for (int32_t i = 0; i < count; i++)
            mean += x[i];
        mean /= (float)count;
        for (int32_t i = 0; i < count; i++)
            variance += (x[i] - mean) * (x[i] - mean);
        const float deviation = sqrtf(variance / (float)count + eps);
        for (int32_t i = 0; i < count; i++) {
            const int32_t m = group * channels + i / places;
            y[i] = (x[i] - mean) / deviation * UPPER_FLOAT(weight + m) + UPPER_FLOAT(bias + m);
        }
    }
}
