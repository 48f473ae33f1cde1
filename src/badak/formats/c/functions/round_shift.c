/* value / 2^shift, to the nearest, halves away from zero: the same on every compiler. */
static int64_t PREFIX_round_shift(int64_t value, int shift)
{
    const int64_t half = (int64_t)1 << (shift - 1);
    const int64_t size = ((value < 0 ? -value : value) + half) >> shift;
    return value < 0 ? -size : size;
}
