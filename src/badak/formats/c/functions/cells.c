/* The cells of a window, first to end, that lie within `size`; the window begins at `start`. */
static int32_t PREFIX_cells(int32_t start, int32_t step, int32_t size, int32_t cells,
                            int32_t *first)
{
    const int32_t end = start < size ? (size - 1 - start) / step + 1 : 0;
    *first = start < 0 ? (step - 1 - start) / step : 0;
    return end < cells ? end : cells;
}
