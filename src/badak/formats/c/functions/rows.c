/* Copy the rows under the windows of one row of places, map by map, with the padding beside them.
 * Each is split by column % stride: so what a weight is multiplied with lies side by side. */
static void PREFIX_rows(const float *x, float *rows, const PREFIX_window *g, int32_t oy,
                        int32_t length)
{
    for (int32_t m = 0; m < g->c / g->groups; m++, x += g->h * g->w)
        for (int32_t ky = 0; ky < g->kh; ky++) {
            const int32_t iy = oy * g->sh - g->top + ky * g->dh;
            const int32_t width = iy >= 0 && iy < g->h ? g->w : 0;
            for (int32_t first = -g->left; first < g->sw - g->left; first++)
                for (int32_t i = 0, ix = first; i < length; i++, ix += g->sw)
                    *rows++ = ix >= 0 && ix < width ? x[iy * g->w + ix] : 0.0f;
        }
}
