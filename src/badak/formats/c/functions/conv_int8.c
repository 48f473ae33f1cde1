/* Place by place: its inputs become a column, which serves up to 64 filters at once. A sum starts
 * with what the bias and the inputs' zero add to it. */
static void PREFIX_conv(const int8_t *x, int8_t *y, const int8_t *padded, const int32_t *start,
                        const int32_t *factor, const uint8_t *shift, const PREFIX_window *g,
                        int32_t zero_x, int32_t zero_y, int16_t *column)
{
    const int32_t maps = g->c / g->groups, filters = g->f / g->groups, places = g->oh * g->ow;
    const int32_t inputs = (maps * g->kh * g->kw + 15) & ~15;
    for (int32_t group = 0; group < g->groups; group++) {
        for (int32_t place = 0, oy = 0, ox = 0; place < places; place++) {
            const int8_t *row = padded;
            PREFIX_column(x, column, g, oy * g->sh - g->top, ox * g->sw - g->left, zero_x);
            ox = ox + 1 < g->ow ? ox + 1 : 0, oy += ox == 0;
            for (int32_t f = 0, n; f < filters; f += n, row += inputs * n) {
                int32_t sum[64];
                n = filters - f < 64 ? filters - f : 64;
                for (int32_t i = 0; i < n; i++)
                    sum[i] = UPPER_INT32(start + f + i);
                PREFIX_products(column, inputs, row, n, sum);
                for (int32_t i = 0; i < n; i++) {
                    const int32_t up = UPPER_INT32(factor + f + i);
                    const int down = UPPER_UINT8(shift + f + i);
                    y[(f + i) * places + place] = PREFIX_rescale(sum[i], up, down, zero_y);
                }
            }
        }
        x += maps * g->h * g->w, y += filters * places, padded += filters * inputs;
        start += filters, factor += filters, shift += filters;
    }
}
