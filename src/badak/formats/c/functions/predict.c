int PREFIX_predict(const float *image)
{
    float logits[UPPER_CLASSES];
    int best = 0;
    PREFIX_run(image, logits);
    for (int k = 1; k < UPPER_CLASSES; k++)
        if (logits[k] > logits[best])
            best = k;
    return best;
}
