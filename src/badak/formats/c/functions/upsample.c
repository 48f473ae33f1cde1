static void PREFIX_upsample(const float *x, float *y, int32_t maps, int32_t h, int32_t w,
                            int32_t oh, int32_t ow, const int32_t *first_row,
                            const int32_t *second_row, const float *share_row,
                            const int32_t *first_column, const int32_t *second_column,
                            const float *share_column)
{
    for (int32_t m = 0; m < maps; m++, x += h * w)
        for (int32_t oy = 0; oy < oh; oy++) {
            const float *above = x + UPPER_INT32(first_row + oy) * w;
            const float *below = x + UPPER_INT32(second_row + oy) * w;
            const float down = UPPER_FLOAT(share_row + oy);
            for (int32_t ox = 0; ox < ow; ox++) {
                const int32_t left = UPPER_INT32(first_column + ox);
                const int32_t right = UPPER_INT32(second_column + ox);
                const float across = UPPER_FLOAT(share_column + ox);
                const float upper = (1 - across) * above[left] + across * above[right];
                const float lower = (1 - across) * below[left] + across * below[right];
                *y++ = (1 - down) * upper + down * lower;
            }
        }
}
