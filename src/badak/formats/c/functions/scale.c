static void PREFIX_scale(const float *x, float *y, int32_t n, const float *weight,
                         const float *bias, int32_t count)
{
    for (int32_t c = 0, i = 0; c < count; c++) {
        const float factor = UPPER_FLOAT(weight + c), more = UPPER_FLOAT(bias + c);
        for (const int32_t end = i + n / count; i < end; i++)
            y[i] = x[i] * factor + more;
    }
}
