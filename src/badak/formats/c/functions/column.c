/* Copy a place's inputs, map by map, to a column: 0 where the window reaches beyond the map. */
static void PREFIX_column(const float *x, float *column, const PREFIX_window *g, int32_t place)
{
    const int32_t top = place / g->ow * g->sh - g->top, left = place % g->ow * g->sw - g->left;
    const int32_t bottom = top + (g->kh - 1) * g->dh, right = left + (g->kw - 1) * g->dw;
    const int inside = top >= 0 && left >= 0 && bottom < g->h && right < g->w;
    for (int32_t m = 0; m < g->c / g->groups; m++, x += g->h * g->w)
        for (int32_t iy = top; iy <= bottom; iy += g->dh)
            if (inside)
                for (int32_t ix = left; ix <= right; ix += g->dw)
                    *column++ = x[iy * g->w + ix];
            else
                for (int32_t ix = left; ix <= right; ix += g->dw) {
                    const int covered = iy >= 0 && iy < g->h && ix >= 0 && ix < g->w;
                    *column++ = covered ? x[iy * g->w + ix] : 0.0f;
                }
}
