static void PREFIX_concat(const int8_t *x, const int8_t *other, int8_t *y, int32_t inputs,
                          int32_t n, int32_t zero_x, int32_t factor_x, int32_t zero_other,
                          int32_t factor_other, int shift, int32_t zero_y)
{
    for (int32_t i = 0; i < n; i++) {
        const int64_t value = i < inputs ? (int64_t)(x[i] - zero_x) * factor_x
                                         : (int64_t)(other[i - inputs] - zero_other) * factor_other;
        y[i] = PREFIX_clip(PREFIX_round_shift(value, shift) + zero_y);
    }
}
