static void PREFIX_rbf(const int8_t *x, float *y, const float *codes, int32_t inputs,
                       int32_t outputs, float scale_x, int32_t zero_x)
{
    for (int32_t o = 0; o < outputs; o++) {
        float sum = 0.0f;
        for (int32_t i = 0; i < inputs; i++) {
            const float apart = (float)(x[i] - zero_x) * scale_x - UPPER_FLOAT(codes++);
            sum += apart * apart;
        }
        y[o] = -sum;
    }
}
