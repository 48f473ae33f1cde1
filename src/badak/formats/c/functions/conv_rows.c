/* For few maps per filter, as in depthwise convolutions. Row by row of places: each weight serves
 * up to 64 places at once, 4 at a time; sums beyond the last place mean nothing. */
static void PREFIX_conv_rows(const float *x, float *y, const float *weight, const float *bias,
                             const PREFIX_window *g, float *rows)
{
    const int32_t maps = g->c / g->groups, filters = g->f / g->groups;
    const int32_t length = (g->left + g->w + g->right + g->sw - 1) / g->sw;
    for (int32_t f0 = 0; f0 < g->f; f0 += filters, x += maps * g->h * g->w)
        for (int32_t oy = 0; oy < g->oh; oy++) {
            PREFIX_rows(x, rows, g, oy, length);
            for (int32_t f = f0; f < f0 + filters; f++)
                for (int32_t ox = 0; ox < g->ow; ox += 64) {
                    const int32_t n = g->ow - ox < 64 ? g->ow - ox : 64;
                    const float *row = rows + ox, *cell = weight + f * maps * g->kh * g->kw;
                    float *places = y + (f * g->oh + oy) * g->ow + ox;
                    float sum[64];
                    for (int32_t i = 0; i < 64; i++)
                        sum[i] = UPPER_FLOAT(bias + f);
                    for (int32_t r = 0; r < maps * g->kh; r++, row += g->sw * length)
                        for (int32_t kx = 0; kx < g->kw; kx++) {
                            const int32_t column = kx * g->dw;
                            const float *lane = row + column % g->sw * length + column / g->sw;
                            const float one = UPPER_FLOAT(cell++);
                            for (int32_t i = 0; i < n; i += 4)
                                for (int32_t k = 0; k < 4; k++)
                                    sum[i + k] += one * lane[i + k];
                        }
                    for (int32_t i = 0; i < n; i++)
                        places[i] = sum[i];
                }
        }
}
