static void PREFIX_logits(const int8_t *x, float *y, const int8_t *weight, const int32_t *bias,
                          const float *scale, int32_t inputs, int32_t outputs, int32_t zero_x)
{
    for (int32_t o = 0; o < outputs; o++) {
        int32_t sum = bias[o];
        for (int32_t i = 0; i < inputs; i++)
            sum += (x[i] - zero_x) * *weight++;
        y[o] = (float)sum * scale[o];
    }
}
