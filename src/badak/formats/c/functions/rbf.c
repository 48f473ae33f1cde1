static void PREFIX_rbf(const float *x, float *y, const float *codes, int32_t inputs,
                       int32_t outputs)
{
    for (int32_t o = 0; o < outputs; o++) {
        double sum = 0.0; /* hundreds in all, where a float keeps five digits of the fraction */
        for (int32_t i = 0; i < inputs; i++) {
            const float apart = x[i] - UPPER_FLOAT(codes++);
            sum += (double)apart * apart;
        }
        y[o] = (float)-sum;
    }
}
