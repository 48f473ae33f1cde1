static void PREFIX_multiply(const int8_t *x, const int8_t *other, int8_t *y, int32_t maps,
                            int32_t places, int32_t step_x, int32_t step_other, int32_t zero_x,
                            int32_t zero_other, int32_t factor, int shift, int32_t zero_y)
{
    for (int32_t m = 0; m < maps; m++, x += 1 - step_x, other += 1 - step_other)
        for (int32_t i = 0; i < places; i++, x += step_x, other += step_other) {
            const int32_t product = (*x - zero_x) * (*other - zero_other);
            *y++ = PREFIX_clip(PREFIX_round_shift((int64_t)product * factor, shift) + zero_y);
        }
}
