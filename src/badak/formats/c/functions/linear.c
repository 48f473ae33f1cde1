static void PREFIX_linear(const float *x, float *y, const float *weight, const float *bias,
                          int32_t inputs, int32_t outputs)
{
    for (int32_t o = 0; o < outputs; o++) {
        float sum = bias[o];
        for (int32_t i = 0; i < inputs; i++)
            sum += x[i] * *weight++;
        y[o] = sum;
    }
}
