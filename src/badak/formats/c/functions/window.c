/* A window over c maps of h x w: f x oh x ow places, each of kh x kw cells. */
typedef struct {
    int32_t c, h, w, f, oh, ow, kh, kw, sh, sw, dh, dw, top, left, bottom, right, groups;
} PREFIX_window;
#ifdef __AVR__ /* flash is read by instructions of its own: what is in use is copied to RAM */
static PREFIX_window PREFIX_geometry;
#define UPPER_WINDOW(g) (memcpy_P(&PREFIX_geometry, &g, sizeof g), &PREFIX_geometry)
#else
#define UPPER_WINDOW(g) (&g)
#endif
