static void PREFIX_prelu(const int8_t *x, int8_t *y, int32_t n, const float *weight, int32_t count,
                         float scale_x, int32_t zero_x, float per_step_y, int32_t zero_y)
{
    for (int32_t c = 0, i = 0; c < count; c++) {
        const float slope = UPPER_FLOAT(weight + c);
        for (const int32_t end = i + n / count; i < end; i++) {
            const float value = (float)(x[i] - zero_x) * scale_x;
            const float result = value > 0.0f ? value : slope * value;
            y[i] = PREFIX_clip(lrintf(result * per_step_y) + zero_y);
        }
    }
}
