static void PREFIX_avg_pool(const int8_t *x, int8_t *y, const PREFIX_window *g, int include_pad,
                            int32_t zero)
{
    for (int32_t m = 0; m < g->c; m++, x += g->h * g->w)
        for (int32_t oy = 0; oy < g->oh; oy++)
            for (int32_t ox = 0; ox < g->ow; ox++) {
                const int32_t row = oy * g->sh - g->top, column = ox * g->sw - g->left;
                int32_t inside = 0, counted = 0, sum = 0;
                for (int32_t iy = row; iy < row + g->kh && iy < g->h + g->bottom; iy++)
                    for (int32_t ix = column; ix < column + g->kw && ix < g->w + g->right; ix++) {
                        counted++;
                        if (iy >= 0 && iy < g->h && ix >= 0 && ix < g->w) {
                            sum += x[iy * g->w + ix] - zero;
                            inside++;
                        }
                    }
                counted = include_pad ? counted : inside;
                sum = sum < 0 ? -((counted - 2 * sum) / (2 * counted))
                              : (counted + 2 * sum) / (2 * counted);
                *y++ = PREFIX_clip(sum + zero);
            }
}
