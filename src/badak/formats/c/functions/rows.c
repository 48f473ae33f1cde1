/* Copy the rows under the windows of one row of places, map by map, with the padding beside them.
 * Each is split by column % stride: so what a weight is multiplied with lies side by side. */
static void PREFIX_rows(const float *restrict x, float *restrict rows, const PREFIX_window *g,
                        int32_t oy, int32_t length)
{
    const int32_t step = g->sw, size = g->h * g->w;
    for (int32_t m = 0; m < g->c / g->groups; m++, x += size)
        for (int32_t ky = 0; ky < g->kh; ky++) {
            const int32_t iy = oy * g->sh - g->top + ky * g->dh;
            const int32_t width = iy >= 0 && iy < g->h ? g->w : 0;
            for (int32_t first = -g->left; first < step - g->left; first++, rows += length) {
                int32_t i = 0, ix = first;
                for (; i < length && ix < 0; i++, ix += step)
                    rows[i] = 0.0f;
                if (step == 1 && width - ix <= length - i) /* an order to copy at once */
                    for (; ix < width; i++, ix++)
                        rows[i] = x[iy * width + ix];
                for (; i < length && ix < width; i++, ix += step)
                    rows[i] = x[iy * width + ix];
                for (; i < length; i++)
                    rows[i] = 0.0f;
            }
        }
}
