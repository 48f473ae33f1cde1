static void PREFIX_gelu_tanh(const float *x, float *y, int32_t n)
{
    for (int32_t i = 0; i < n; i++) {
        const float inner = 0.79788456f * (x[i] + 0.044715f * x[i] * x[i] * x[i]);
        y[i] = x[i] / (1.0f + expf(-2.0f * inner));
    }
}
