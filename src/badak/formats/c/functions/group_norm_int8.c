static void PREFIX_group_norm(const int8_t *x, int8_t *y, int32_t maps, int32_t places,
                              int32_t groups, const float *weight, const float *bias, float eps,
                              float scale_x, int32_t zero_x, float per_step_y, int32_t zero_y)
{
    const int32_t channels = maps / groups, count = channels * places;
    for (int32_t group = 0; group < groups; group++, x += count, y += count) {
        int64_t sum = 0, squares = 0;
        for (int32_t i = 0; i < count; i++) {
            const int32_t steps = x[i] - zero_x;
            sum += steps;
            squares += steps * steps;
        }
        const float mean = (float)sum / (float)count;
        const float spread = (float)(squares * count - sum * sum) / (float)count / (float)count;
        const float deviation = sqrtf(spread * scale_x * scale_x + eps);
        for (int32_t i = 0; i < count; i++) {
            const int32_t m = group * channels + i / places;
            const float normal = ((float)(x[i] - zero_x) - mean) * scale_x / deviation;
            const float result = normal * UPPER_FLOAT(weight + m) + UPPER_FLOAT(bias + m);
            y[i] = PREFIX_clip(lrintf(result * per_step_y) + zero_y);
        }
    }
}
