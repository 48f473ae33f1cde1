/* To the nearest integer; halves up. */
static void PREFIX_quantise(const float *x, int8_t *y, int32_t n, float per_step, int32_t zero)
{
    for (int32_t i = 0; i < n; i++) {
        float steps = x[i] * per_step;
        steps = steps > -512.0f ? steps : -512.0f; /* NaN too */
        steps = steps < 512.0f ? steps : 512.0f;
        y[i] = PREFIX_clip((int32_t)(steps + 512.5f) - 512 + zero);
    }
}
