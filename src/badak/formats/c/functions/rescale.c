/* A sum on the output's scale. */
static int8_t PREFIX_rescale(int32_t sum, int32_t factor, int shift, int32_t zero)
{
    return PREFIX_clip(PREFIX_round_shift((int64_t)sum * factor, shift) + zero);
}
