static void PREFIX_channel_shuffle(const float *x, float *y, int32_t channels, int32_t places,
                                   int32_t groups)
{
    const int32_t members = channels / groups;
    for (int32_t m = 0; m < channels; m++)
        for (int32_t i = 0; i < places; i++)
            *y++ = x[(m % groups * members + m / groups) * places + i];
}
