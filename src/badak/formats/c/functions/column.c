/* Copy the inputs of a place, map by map, to a column: 0 where the window reaches beyond the map. */
static void PREFIX_column(const float *x, float *column, const PREFIX_window *g, int32_t place)
{
    const int32_t top = place / g->ow * g->sh - g->top, left = place % g->ow * g->sw - g->left;
    for (int32_t m = 0; m < g->c / g->groups; m++, x += g->h * g->w)
        for (int32_t ky = 0; ky < g->kh; ky++) {
            const int32_t iy = top + ky * g->dh;
            const int32_t width = iy >= 0 && iy < g->h ? g->w : 0;
            for (int32_t kx = 0, ix = left; kx < g->kw; kx++, ix += g->dw)
                *column++ = ix >= 0 && ix < width ? x[iy * g->w + ix] : 0.0f;
        }
}
