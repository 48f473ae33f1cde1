static void PREFIX_hardtanh(const float *x, float *y, int32_t n, float min_val, float max_val)
{
    for (int32_t i = 0; i < n; i++)
        y[i] = x[i] < min_val ? min_val : x[i] > max_val ? max_val : x[i];
}
