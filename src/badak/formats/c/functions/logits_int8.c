/* Up to 64 outputs at once. A sum starts with what the bias and the inputs' zero add to it. */
static void PREFIX_logits(const int8_t *x, float *y, const int8_t *padded, const int32_t *start,
                          const float *scale, int32_t inputs, int32_t outputs, int16_t *column)
{
    const int32_t whole = (inputs + 15) & ~15;
    for (int32_t i = 0; i < inputs; i++)
        column[i] = x[i];
    for (int32_t o = 0, n; o < outputs; o += n, padded += whole * n) {
        int32_t sum[64];
        n = outputs - o < 64 ? outputs - o : 64;
        for (int32_t i = 0; i < n; i++)
            sum[i] = UPPER_INT32(start + o + i);
        PREFIX_products(column, whole, padded, n, sum);
        for (int32_t i = 0; i < n; i++)
            y[o + i] = (float)sum[i] * UPPER_FLOAT(scale + o + i);
    }
}
