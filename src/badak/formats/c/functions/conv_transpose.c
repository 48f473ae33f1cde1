static void PREFIX_conv_transpose(const float *x, float *y, const float *weight, const float *bias,
                                  const PREFIX_window *g)
{
    const int32_t maps = g->c / g->groups, filters = g->f / g->groups;
    for (int32_t f = 0; f < g->f; f++)
        for (int32_t oy = 0; oy < g->oh; oy++)
            for (int32_t ox = 0; ox < g->ow; ox++) {
                float sum = UPPER_FLOAT(bias + f);
                for (int32_t ky = 0; ky < g->kh; ky++)
                    for (int32_t kx = 0; kx < g->kw; kx++) {
                        const int32_t down = oy + g->top - ky * g->dh, iy = down / g->sh;
                        const int32_t across = ox + g->left - kx * g->dw, ix = across / g->sw;
                        if (down < 0 || across < 0 || down % g->sh || across % g->sw)
                            continue;
                        if (iy >= g->h || ix >= g->w)
                            continue;
                        const float *from = x + (f / filters * maps * g->h + iy) * g->w + ix;
                        const float *cell = weight + (f * maps * g->kh + ky) * g->kw + kx;
                        for (int32_t m = 0; m < maps; m++, from += g->h * g->w)
                            sum += *from * UPPER_FLOAT(cell + m * g->kh * g->kw);
                    }
                *y++ = sum;
            }
}
