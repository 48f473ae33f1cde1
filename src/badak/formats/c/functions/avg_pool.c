static void PREFIX_avg_pool(const float *x, float *y, const PREFIX_window *g, int include_pad)
{
    for (int32_t m = 0; m < g->c; m++, x += g->h * g->w)
        for (int32_t oy = 0; oy < g->oh; oy++)
            for (int32_t ox = 0; ox < g->ow; ox++) {
                const int32_t row = oy * g->sh - g->top, column = ox * g->sw - g->left;
                int32_t inside = 0, counted = 0;
                float sum = 0.0f;
                for (int32_t iy = row; iy < row + g->kh && iy < g->h + g->bottom; iy++)
                    for (int32_t ix = column; ix < column + g->kw && ix < g->w + g->right; ix++) {
                        counted++;
                        if (iy >= 0 && iy < g->h && ix >= 0 && ix < g->w) {
                            sum += x[iy * g->w + ix];
                            inside++;
                        }
                    }
                *y++ = sum / (float)(include_pad ? counted : inside);
            }
}
