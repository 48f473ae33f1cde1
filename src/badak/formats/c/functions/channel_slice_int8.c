static void PREFIX_channel_slice(const int8_t *x, int8_t *y, int32_t n, int32_t places,
                                 int32_t first)
{
    for (int32_t i = 0; i < n; i++)
        y[i] = x[first * places + i];
}
