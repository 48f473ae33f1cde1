static void PREFIX_softplus(const float *x, float *y, int32_t n, float beta, float threshold)
{
    for (int32_t i = 0; i < n; i++) {
        const float z = beta * x[i], more = logf(1.0f + expf(-fabsf(z)));
        y[i] = z > threshold ? x[i] : ((z > 0.0f ? z : 0.0f) + more) / beta;
    }
}
