/* What a compiler may call although nobody else does (C11, 5.1.2.1 leaves the library of a freestanding program open). */
#include <stddef.h>

void *memcpy(void *restrict to, const void *restrict from, size_t size);
void *memset(void *to, int value, size_t size);

void *memcpy(void *restrict to, const void *restrict from, size_t size)
{
    volatile unsigned char *const target = to;
    const unsigned char *const source = from;
    for (size_t i = 0u; i < size; i += 1u) {
        target[i] = source[i];
    }
    return to;
}

void *memset(void *to, int value, size_t size)
{
    volatile unsigned char *const target = to;
    for (size_t i = 0u; i < size; i += 1u) {
        target[i] = (unsigned char)value;
    }
    return to;
}
