static void PREFIX_conv(const int8_t *x, int8_t *y, const int8_t *weight, const int32_t *bias,
                        const int32_t *factor, const uint8_t *shift, const PREFIX_window *g,
                        int32_t zero_x, int32_t zero_y)
{
    const int32_t maps = g->c / g->groups, filters = g->f / g->groups;
    for (int32_t f = 0; f < g->f; f++)
        for (int32_t oy = 0; oy < g->oh; oy++)
            for (int32_t ox = 0; ox < g->ow; ox++) {
                const int32_t top = oy * g->sh - g->top, left = ox * g->sw - g->left;
                int32_t ky0, kx0;
                const int32_t ky1 = PREFIX_cells(top, g->dh, g->h, g->kh, &ky0);
                const int32_t kx1 = PREFIX_cells(left, g->dw, g->w, g->kw, &kx0);
                int32_t sum = bias[f];
                for (int32_t m = 0; m < maps; m++)
                    for (int32_t ky = ky0; ky < ky1; ky++) {
                        const int8_t *cell = weight + ((f * maps + m) * g->kh + ky) * g->kw;
                        const int32_t map = f / filters * maps + m;
                        const int8_t *row = x + (map * g->h + top + ky * g->dh) * g->w;
                        for (int32_t kx = kx0; kx < kx1; kx++)
                            sum += (row[left + kx * g->dw] - zero_x) * cell[kx];
                    }
                *y++ = PREFIX_clip(PREFIX_round_shift((int64_t)sum * factor[f], shift[f]) + zero_y);
            }
}
