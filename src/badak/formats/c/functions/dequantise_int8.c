static void PREFIX_dequantise(const int8_t *x, float *y, int32_t n, float scale, int32_t zero)
{
    for (int32_t i = 0; i < n; i++)
        y[i] = (float)(x[i] - zero) * scale;
}
