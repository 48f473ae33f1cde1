/* Up to 64 outputs at once. */
static void PREFIX_linear(const float *x, float *y, const float *tiles, const float *bias,
                          int32_t inputs, int32_t outputs)
{
    for (int32_t o = 0, n; o < outputs; o += n, tiles += inputs * n) {
        n = outputs - o < 64 ? outputs - o : 64;
        for (int32_t i = o; i < o + n; i++)
            y[i] = UPPER_FLOAT(bias + i);
        PREFIX_products(x, inputs, tiles, n, y + o);
    }
}
