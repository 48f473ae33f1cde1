static void PREFIX_tanh(const float *x, float *y, int32_t n)
{
    for (int32_t i = 0; i < n; i++)
        y[i] = tanhf(x[i]);
}
