/* Place by place: its inputs become a column, which serves up to 64 filters at once. */
static void PREFIX_conv(const float *x, float *y, const float *tiles, const float *bias,
                        const PREFIX_window *g, float *column)
{
    const int32_t maps = g->c / g->groups, filters = g->f / g->groups, places = g->oh * g->ow;
    const int32_t inputs = maps * g->kh * g->kw;
    for (int32_t group = 0; group < g->groups; group++) {
        for (int32_t place = 0, oy = 0, ox = 0; place < places; place++) {
            const float *tile = tiles;
            PREFIX_column(x, column, g, oy * g->sh - g->top, ox * g->sw - g->left);
            ox = ox + 1 < g->ow ? ox + 1 : 0, oy += ox == 0;
            for (int32_t f = 0, n; f < filters; f += n, tile += inputs * n) {
                float sum[64];
                n = filters - f < 64 ? filters - f : 64;
                for (int32_t i = 0; i < n; i++)
                    sum[i] = UPPER_FLOAT(bias + f + i);
                PREFIX_products(column, inputs, tile, n, sum);
                for (int32_t i = 0; i < n; i++)
                    y[(f + i) * places + place] = sum[i];
            }
        }
        x += maps * g->h * g->w, y += filters * places;
        tiles += filters * inputs, bias += filters;
    }
}
