static void PREFIX_lrn(const int8_t *x, int8_t *y, int32_t maps, int32_t places, int32_t size,
                       float alpha, float beta, float k, float scale_x, int32_t zero_x,
                       float per_step_y, int32_t zero_y)
{
    for (int32_t m = 0; m < maps; m++)
        for (int32_t p = 0; p < places; p++) {
            float squares = 0.0f;
            for (int32_t n = m - size / 2; n <= m + (size - 1) / 2; n++)
                if (n >= 0 && n < maps) {
                    const float value = (float)(x[n * places + p] - zero_x) * scale_x;
                    squares += value * value;
                }
            const float own = (float)(x[m * places + p] - zero_x) * scale_x;
            const float result = own * powf(k + alpha * squares, -beta);
            y[m * places + p] = PREFIX_clip(lrintf(result * per_step_y) + zero_y);
        }
}
