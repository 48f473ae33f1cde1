/* value / 2^shift, to the nearest, halves away from zero. A right shift keeps the sign: C99 leaves
 * that to compilers, and all for small machines do so. */
static int64_t PREFIX_round_shift(int64_t value, int shift)
{
    return (value + ((int64_t)1 << (shift - 1)) - (value < 0)) >> shift;
}
