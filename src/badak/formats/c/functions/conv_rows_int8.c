/* For few maps per filter, as in depthwise convolutions. Row by row of places: four weights at once
 * serve up to 64 places, 16 at a time; sums beyond the last place mean nothing. Two products of
 * 8-bit integers fit in 16 bits, since no weight is -128. */
static void PREFIX_conv_rows(const int8_t *x, int8_t *y, const int8_t *weight, const int32_t *start,
                             const int32_t *factor, const uint8_t *shift, const PREFIX_window *g,
                             int32_t zero_x, int32_t zero_y, const int32_t *lanes, int8_t *rows)
{
    const int32_t maps = g->c / g->groups, filters = g->f / g->groups;
    const int32_t length = (g->left + g->w + g->right + g->sw - 1) / g->sw;
    const int32_t cells = maps * g->kh * g->kw;
    for (int32_t f0 = 0; f0 < g->f; f0 += filters, x += maps * g->h * g->w)
        for (int32_t oy = 0; oy < g->oh; oy++) {
            PREFIX_rows(x, rows, g, oy, length, (int8_t)zero_x);
            for (int32_t f = f0; f < f0 + filters; f++)
                for (int32_t ox = 0; ox < g->ow; ox += 64) {
                    const int32_t n = g->ow - ox < 64 ? g->ow - ox : 64;
                    const int8_t *row = rows + ox, *cell = weight + f * cells;
                    int8_t *places = y + (f * g->oh + oy) * g->ow + ox;
                    const int32_t first = UPPER_INT32(start + f);
                    int32_t sum[64], c = 0;
                    for (int32_t i = 0; i < n; i += 16)
                        for (int32_t k = 0; k < 16; k++)
                            sum[i + k] = first;
                    for (; c + 4 <= cells; c += 4, cell += 4) {
                        const int8_t *lane0 = row + UPPER_INT32(lanes + c);
                        const int8_t *lane1 = row + UPPER_INT32(lanes + c + 1);
                        const int8_t *lane2 = row + UPPER_INT32(lanes + c + 2);
                        const int8_t *lane3 = row + UPPER_INT32(lanes + c + 3);
                        const int16_t one = UPPER_INT8(cell), two = UPPER_INT8(cell + 1);
                        const int16_t three = UPPER_INT8(cell + 2), four = UPPER_INT8(cell + 3);
                        for (int32_t i = 0; i < n; i += 16)
                            for (int32_t k = i; k < i + 16; k++) {
                                const int16_t some = (int16_t)(one * lane0[k] + two * lane1[k]);
                                const int16_t more = (int16_t)(three * lane2[k] + four * lane3[k]);
                                sum[k] += (int32_t)some + more;
                            }
                    }
                    for (; c < cells; c++) {
                        const int8_t *lane = row + UPPER_INT32(lanes + c);
                        const int16_t one = UPPER_INT8(cell++);
                        for (int32_t i = 0; i < n; i += 16)
                            for (int32_t k = i; k < i + 16; k++)
                                sum[k] += one * lane[k];
                    }
                    const int32_t up = UPPER_INT32(factor + f);
                    const int down = UPPER_UINT8(shift + f);
                    for (int32_t i = 0; i < n; i++)
                        places[i] = PREFIX_rescale(sum[i], up, down, zero_y);
                }
        }
}
