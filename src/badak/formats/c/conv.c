static void PREFIX_conv(const float *x, float *y, const float *weight, const float *bias,
                        const PREFIX_window *g)
{
    const int32_t maps = g->c / g->groups, filters = g->f / g->groups;
    for (int32_t f = 0; f < g->f; f++)
        for (int32_t oy = 0; oy < g->oh; oy++)
            for (int32_t ox = 0; ox < g->ow; ox++) {
                const float *cell = weight + f * maps * g->kh * g->kw;
                float sum = bias[f];
                for (int32_t m = 0; m < maps; m++) {
                    const float *map = x + (f / filters * maps + m) * g->h * g->w;
                    for (int32_t ky = 0; ky < g->kh; ky++) {
                        const int32_t iy = oy * g->sh - g->top + ky * g->dh;
                        for (int32_t kx = 0; kx < g->kw; kx++, cell++) {
                            const int32_t ix = ox * g->sw - g->left + kx * g->dw;
                            if (iy >= 0 && iy < g->h && ix >= 0 && ix < g->w)
                                sum += map[iy * g->w + ix] * *cell;
                        }
                    }
                }
                *y++ = sum;
            }
}
