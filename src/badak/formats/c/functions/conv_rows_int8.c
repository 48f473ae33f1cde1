/* For few maps per filter, as in depthwise convolutions. Row by row of places: each weight serves
 * up to 64 places at once, 16 at a time; sums beyond the last place mean nothing. */
static void PREFIX_conv_rows(const int8_t *x, int8_t *y, const int8_t *weight, const int32_t *start,
                             const int32_t *factor, const uint8_t *shift, const PREFIX_window *g,
                             int32_t zero_x, int32_t zero_y, int8_t *rows)
{
    const int32_t maps = g->c / g->groups, filters = g->f / g->groups;
    const int32_t length = (g->left + g->w + g->right + g->sw - 1) / g->sw;
    for (int32_t f0 = 0; f0 < g->f; f0 += filters, x += maps * g->h * g->w)
        for (int32_t oy = 0; oy < g->oh; oy++) {
            PREFIX_rows(x, rows, g, oy, length, (int8_t)zero_x);
            for (int32_t f = f0; f < f0 + filters; f++)
                for (int32_t ox = 0; ox < g->ow; ox += 64) {
                    const int32_t n = g->ow - ox < 64 ? g->ow - ox : 64;
                    const int8_t *row = rows + ox, *cell = weight + f * maps * g->kh * g->kw;
                    int8_t *places = y + (f * g->oh + oy) * g->ow + ox;
                    int32_t sum[64];
                    for (int32_t i = 0; i < 64; i++)
                        sum[i] = UPPER_INT32(start + f);
                    for (int32_t r = 0; r < maps * g->kh; r++, row += g->sw * length)
                        for (int32_t kx = 0; kx < g->kw; kx++) {
                            const int32_t column = kx * g->dw;
                            const int8_t *lane = row + column % g->sw * length + column / g->sw;
                            const int16_t one = UPPER_INT8(cell++);
                            for (int32_t i = 0; i < n; i += 16)
                                for (int32_t k = 0; k < 16; k++)
                                    sum[i + k] += one * lane[i + k];
                        }
                    for (int32_t i = 0; i < n; i++)
                        places[i] = PREFIX_rescale(sum[i], UPPER_INT32(factor + f),
                                                   UPPER_UINT8(shift + f), zero_y);
                }
        }
}
