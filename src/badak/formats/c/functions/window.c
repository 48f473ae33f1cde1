/* A window over c maps of h x w: f x oh x ow places, each of kh x kw cells. */
typedef struct {
    int32_t c, h, w, f, oh, ow, kh, kw, sh, sw, dh, dw, top, left, bottom, right, groups;
} PREFIX_window;
