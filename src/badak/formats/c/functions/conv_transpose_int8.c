static void PREFIX_conv_transpose(const int8_t *x, int8_t *y, const int8_t *weight,
                                  const int32_t *bias, const int32_t *factor,
                                  const uint8_t *shift, const PREFIX_window *g, int32_t zero_x,
                                  int32_t zero_y)
{
    const int32_t maps = g->c / g->groups, filters = g->f / g->groups;
    for (int32_t f = 0; f < g->f; f++)
        for (int32_t oy = 0; oy < g->oh; oy++)
            for (int32_t ox = 0; ox < g->ow; ox++) {
                int32_t sum = UPPER_INT32(bias + f);
                for (int32_t ky = 0; ky < g->kh; ky++)
                    for (int32_t kx = 0; kx < g->kw; kx++) {
                        const int32_t down = oy + g->top - ky * g->dh, iy = down / g->sh;
                        const int32_t across = ox + g->left - kx * g->dw, ix = across / g->sw;
                        if (down < 0 || across < 0 || down % g->sh || across % g->sw)
                            continue;
                        if (iy >= g->h || ix >= g->w)
                            continue;
                        const int8_t *from = x + (f / filters * maps * g->h + iy) * g->w + ix;
                        const int8_t *cell = weight + (f * maps * g->kh + ky) * g->kw + kx;
                        for (int32_t m = 0; m < maps; m++, from += g->h * g->w)
                            sum += (*from - zero_x) * UPPER_INT8(cell + m * g->kh * g->kw);
                    }
                *y++ = PREFIX_rescale(sum, UPPER_INT32(factor + f), UPPER_UINT8(shift + f), zero_y);
            }
}
