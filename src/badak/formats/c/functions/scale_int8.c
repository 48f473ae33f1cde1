static void PREFIX_scale(const int8_t *x, int8_t *y, int32_t n, const float *weight,
                         const float *bias, int32_t count, float scale_x, int32_t zero_x,
                         float per_step_y, int32_t zero_y)
{
    for (int32_t c = 0, i = 0; c < count; c++) {
        const float factor = UPPER_FLOAT(weight + c), more = UPPER_FLOAT(bias + c);
        for (const int32_t end = i + n / count; i < end; i++) {
            const float result = (float)(x[i] - zero_x) * scale_x * factor + more;
            y[i] = PREFIX_clip(lrintf(result * per_step_y) + zero_y);
        }
    }
}
