static void PREFIX_add(const int8_t *x, const int8_t *other, int8_t *y, int32_t n, int32_t zero_x,
                       int32_t factor_x, int32_t zero_other, int32_t factor_other, int shift,
                       int32_t zero_y)
{
    for (int32_t i = 0; i < n; i++) {
        const int64_t sum = (int64_t)(x[i] - zero_x) * factor_x
                            + (int64_t)(other[i] - zero_other) * factor_other;
        y[i] = PREFIX_clip(PREFIX_round_shift(sum, shift) + zero_y);
    }
}
