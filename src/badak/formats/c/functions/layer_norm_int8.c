static void PREFIX_layer_norm(const int8_t *x, int8_t *y, int32_t n, int32_t count,
                              const float *weight, const float *bias, float eps,
                              float scale_x, int32_t zero_x, float per_step_y, int32_t zero_y)
{
    const int32_t places = n / count;
    for (int32_t p = 0; p < places; p++, x++, y++) {
        int64_t sum = 0, squares = 0;
        for (int32_t c = 0; c < count; c++) {
            const int32_t steps = x[c * places] - zero_x;
            sum += steps;
            squares += steps * steps;
        }
        const float mean = (float)sum / (float)count;
        const float spread = (float)(squares * count - sum * sum) / (float)count / (float)count;
        const float deviation = sqrtf(spread * scale_x * scale_x + eps);
        for (int32_t c = 0; c < count; c++) {
            const float normal = ((float)(x[c * places] - zero_x) - mean) * scale_x / deviation;
            const float result = normal * UPPER_FLOAT(weight + c) + UPPER_FLOAT(bias + c);
            y[c * places] = PREFIX_clip(lrintf(result * per_step_y) + zero_y);
        }
    }
}
