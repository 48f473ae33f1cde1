static void PREFIX_multiply(const float *x, const float *other, float *y, int32_t maps,
                            int32_t places, int32_t step_x, int32_t step_other)
{
    for (int32_t m = 0; m < maps; m++, x += 1 - step_x, other += 1 - step_other)
        for (int32_t i = 0; i < places; i++, x += step_x, other += step_other)
            *y++ = *x * *other;
}
