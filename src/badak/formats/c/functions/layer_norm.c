static void PREFIX_layer_norm(const float *x, float *y, int32_t n, int32_t count,
                              const float *weight, const float *bias, float eps)
{
    const int32_t places = n / count;
    for (int32_t p = 0; p < places; p++, x++, y++) {
        float mean = 0.0f, variance = 0.0f;
        for (int32_t c = 0; c < count; c++)
            mean += x[c * places];
        mean /= (float)count;
        for (int32_t c = 0; c < count; c++)
            variance += (x[c * places] - mean) * (x[c * places] - mean);
        const float deviation = sqrtf(variance / (float)count + eps);
        for (int32_t c = 0; c < count; c++) {
            const float normal = (x[c * places] - mean) / deviation;
            y[c * places] = normal * UPPER_FLOAT(weight + c) + UPPER_FLOAT(bias + c);
        }
    }
}
