static void PREFIX_conv(const int8_t *x, int8_t *y, const int8_t *weight, const int32_t *bias,
                        const int32_t *factor, const uint8_t *shift, const PREFIX_window *g,
                        int32_t zero_x, int32_t zero_y)
{
    const int32_t maps = g->c / g->groups, filters = g->f / g->groups;
    for (int32_t f = 0; f < g->f; f++)
        for (int32_t oy = 0; oy < g->oh; oy++)
            for (int32_t ox = 0; ox < g->ow; ox++) {
                const int8_t *cell = weight + f * maps * g->kh * g->kw;
                int32_t sum = bias[f];
                for (int32_t m = 0; m < maps; m++) {
                    const int8_t *map = x + (f / filters * maps + m) * g->h * g->w;
                    for (int32_t ky = 0; ky < g->kh; ky++) {
                        const int32_t iy = oy * g->sh - g->top + ky * g->dh;
                        for (int32_t kx = 0; kx < g->kw; kx++, cell++) {
                            const int32_t ix = ox * g->sw - g->left + kx * g->dw;
                            if (iy >= 0 && iy < g->h && ix >= 0 && ix < g->w)
                                sum += (map[iy * g->w + ix] - zero_x) * *cell;
                        }
                    }
                }
                *y++ = PREFIX_clip(PREFIX_round_shift((int64_t)sum * factor[f], shift[f]) + zero_y);
            }
}
