static void PREFIX_max_pool(const int8_t *x, int8_t *y, const PREFIX_window *g)
{
    for (int32_t m = 0; m < g->c; m++, x += g->h * g->w)
        for (int32_t oy = 0; oy < g->oh; oy++)
            for (int32_t ox = 0; ox < g->ow; ox++) {
                int8_t largest = -128;
                for (int32_t ky = 0; ky < g->kh; ky++) {
                    const int32_t iy = oy * g->sh - g->top + ky * g->dh;
                    for (int32_t kx = 0; kx < g->kw; kx++) {
                        const int32_t ix = ox * g->sw - g->left + kx * g->dw;
                        if (iy >= 0 && iy < g->h && ix >= 0 && ix < g->w
                            && x[iy * g->w + ix] > largest)
                            largest = x[iy * g->w + ix];
                    }
                }
                *y++ = largest;
            }
}
