static void PREFIX_rbf(const float *x, float *y, const float *codes, int32_t inputs,
                       int32_t outputs)
{
    for (int32_t o = 0; o < outputs; o++) {
        float sum = 0.0f;
        for (int32_t i = 0; i < inputs; i++) {
            const float apart = x[i] - *codes++;
            sum += apart * apart;
        }
        y[o] = -sum;
    }
}
