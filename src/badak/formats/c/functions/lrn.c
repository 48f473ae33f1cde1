static void PREFIX_lrn(const float *x, float *y, int32_t maps, int32_t places, int32_t size,
                       float alpha, float beta, float k)
{
    for (int32_t m = 0; m < maps; m++)
        for (int32_t p = 0; p < places; p++) {
            float squares = 0.0f;
            for (int32_t n = m - size / 2; n <= m + (size - 1) / 2; n++)
                if (n >= 0 && n < maps)
                    squares += x[n * places + p] * x[n * places + p];
            y[m * places + p] = x[m * places + p] * powf(k + alpha * squares, -beta);
        }
}
