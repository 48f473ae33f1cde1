static void PREFIX_upsample(const int8_t *x, int8_t *y, int32_t maps, int32_t h, int32_t w,
                            int32_t oh, int32_t ow, const int32_t *first_row,
                            const int32_t *second_row, const int32_t *share_row,
                            const int32_t *first_column, const int32_t *second_column,
                            const int32_t *share_column)
{
    for (int32_t m = 0; m < maps; m++, x += h * w)
        for (int32_t oy = 0; oy < oh; oy++) {
            const int8_t *above = x + UPPER_INT32(first_row + oy) * w;
            const int8_t *below = x + UPPER_INT32(second_row + oy) * w;
            const int32_t down = UPPER_INT32(share_row + oy); /* in 1 / 256 */
            for (int32_t ox = 0; ox < ow; ox++) {
                const int32_t left = UPPER_INT32(first_column + ox);
                const int32_t right = UPPER_INT32(second_column + ox);
                const int32_t across = UPPER_INT32(share_column + ox);
                const int32_t upper = (256 - across) * above[left] + across * above[right];
                const int32_t lower = (256 - across) * below[left] + across * below[right];
                *y++ = PREFIX_clip(PREFIX_round_shift((256 - down) * upper + down * lower, 16));
            }
        }
}
