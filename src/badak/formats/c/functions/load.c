/* CRC-32, as zip and PNG have it, four bits at a time. */
static uint32_t PREFIX_checksum(const unsigned char *bytes, size_t size)
{
    static const uint32_t table[16] = {
        0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4,
        0x4db26158, 0x5005713c, 0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c,
        0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
    };
    uint32_t sum = 0xffffffff;
    for (size_t i = 0; i < size; i++) {
        sum ^= bytes[i];
        sum = sum >> 4 ^ table[sum & 15];
        sum = sum >> 4 ^ table[sum & 15];
    }
    return sum ^ 0xffffffff;
}

int PREFIX_load(const void *bytes, size_t size)
{
    if (!bytes || size != UPPER_WEIGHTS)
        return UPPER_WRONG_SIZE;
    if ((uintptr_t)bytes % 4)
        return UPPER_NOT_ALIGNED;
    if (PREFIX_checksum(bytes, size) != UPPER_CHECKSUM)
        return UPPER_WRONG_BYTES;
    if (*(const uint32_t *)bytes != 0x01020304) /* its first number, the smallest byte first */
        return UPPER_WRONG_ORDER;
    PREFIX_weights = bytes;
    return UPPER_LOADED;
}
