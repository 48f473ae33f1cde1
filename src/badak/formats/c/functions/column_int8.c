/* Copy the inputs of a window, map by map, to a column: `zero` where it reaches beyond the map. */
static void PREFIX_column(const int8_t *x, int16_t *column, const PREFIX_window *g, int32_t top,
                          int32_t left, int32_t zero)
{
    const int32_t bottom = top + (g->kh - 1) * g->dh, right = left + (g->kw - 1) * g->dw;
    const int inside = top >= 0 && left >= 0 && bottom < g->h && right < g->w;
    const int32_t maps = g->c / g->groups, size = g->h * g->w;
    if (inside && g->kh * g->kw == 1)
        for (int32_t m = 0; m < maps; m++)
            column[m] = x[top * g->w + left + m * size];
    else
        for (int32_t m = 0; m < maps; m++, x += size)
            for (int32_t iy = top; iy <= bottom; iy += g->dh)
                if (inside)
                    for (int32_t ix = left; ix <= right; ix += g->dw)
                        *column++ = x[iy * g->w + ix];
                else
                    for (int32_t ix = left; ix <= right; ix += g->dw) {
                        const int covered = iy >= 0 && iy < g->h && ix >= 0 && ix < g->w;
                        *column++ = (int16_t)(covered ? x[iy * g->w + ix] : zero);
                    }
}
