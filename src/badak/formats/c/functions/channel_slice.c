static void PREFIX_channel_slice(const float *x, float *y, int32_t n, int32_t places,
                                 int32_t first)
{
    for (int32_t i = 0; i < n; i++)
        y[i] = x[first * places + i];
}
