static void PREFIX_scale(const int8_t *x, int8_t *y, int32_t n, const float *weight,
                         const float *bias, int32_t count, float scale_x, int32_t zero_x,
                         float per_step_y, int32_t zero_y)
{
    for (int32_t i = 0; i < n; i++) {
        const int32_t place = i / (n / count);
        const float result = (float)(x[i] - zero_x) * scale_x * weight[place] + bias[place];
        y[i] = PREFIX_clip(lrintf(result * per_step_y) + zero_y);
    }
}
