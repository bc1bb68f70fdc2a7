/* A signed image in MCUboot's format: header, image, protected and other fields behind it. */
#include "loader.h"

#include "monocypher.h"

#define PM_IMAGE_MAGIC 0x96F3B83Du
#define PM_PROTECTED_MAGIC 0x6908u
#define PM_FIELDS_MAGIC 0x6907u
#define PM_FIELDS_HEAD 4u
#define PM_FIELD_HEAD 4u
#define PM_FIELD_COUNTER 0x50u
#define PM_FIELD_SHA512 0x12u
#define PM_FIELD_ED25519 0x24u

typedef struct {
    uint32_t magic;
    uint32_t load_address;
    uint16_t header_size;
    uint16_t protected_size;
    uint32_t image_size;
    uint32_t flags;
    uint32_t version[2];
} pm_header;

static uint32_t pm_half(const uint8_t *at)
{
    return (uint32_t)at[0] | ((uint32_t)at[1] << 8);
}

static uint32_t pm_full(const uint8_t *at)
{
    return pm_half(at) | (pm_half(&at[2]) << 16);
}

/* The value of a field of this kind and size; NULL where there is none, or where fields leave their area. */
static const uint8_t *pm_field(const uint8_t *area, size_t size, uint32_t kind, size_t wanted)
{
    size_t at = PM_FIELDS_HEAD;
    while ((at + PM_FIELD_HEAD) <= size) {
        const size_t length = pm_half(&area[at + 2u]);
        if ((at + PM_FIELD_HEAD + length) > size) {
            return NULL;
        }
        if ((pm_half(&area[at]) == kind) && (length == wanted)) {
            return &area[at + PM_FIELD_HEAD];
        }
        at += PM_FIELD_HEAD + length;
    }
    return NULL;
}

static bool pm_same(const uint8_t *a, const uint8_t *b, size_t size)
{
    uint8_t different = 0u;
    for (size_t i = 0u; i < size; i += 1u) {
        different |= (uint8_t)(a[i] ^ b[i]);
    }
    return different == 0u;
}

/* RFC 8032, 5.1.7; the message is the digest, as imgtool signs it. */
static bool pm_signed(const uint8_t *signature, const uint8_t digest[PM_DIGEST])
{
    const pm_piece pieces[] = {{signature, 32u}, {pm_loader_key, 32u}, {digest, PM_DIGEST}};
    uint8_t hash[PM_DIGEST];
    uint8_t reduced[32];
    pm_sha512(pieces, 3u, hash);
    crypto_eddsa_reduce(reduced, hash);
    return crypto_eddsa_check_equation(signature, pm_loader_key, reduced) == 0;
}

pm_loader_result_code pm_image_check(const uint8_t *slot, pm_image_facts *facts)
{
    const pm_header *const header = (const pm_header *)(const void *)slot;
    if ((header->magic != PM_IMAGE_MAGIC) || (header->header_size != PM_HEADER_SIZE) || (header->flags != 0u)) {
        return PM_LOADER_NO_IMAGE;
    }
    if (header->image_size > (PM_SLOT_SIZE - PM_HEADER_SIZE)) {
        return PM_LOADER_WRONG_SIZE;
    }
    const size_t body = PM_HEADER_SIZE + header->image_size;
    const size_t covered = body + header->protected_size;
    if ((covered + PM_FIELDS_HEAD) > PM_SLOT_SIZE) {
        return PM_LOADER_WRONG_SIZE;
    }
    const uint8_t *const kept = &slot[body];
    const uint8_t *const fields = &slot[covered];
    const size_t size = pm_half(&fields[2]);
    if ((header->protected_size < PM_FIELDS_HEAD) || (pm_half(kept) != PM_PROTECTED_MAGIC) ||
        (pm_half(&kept[2]) != header->protected_size) || (pm_half(fields) != PM_FIELDS_MAGIC) ||
        ((covered + size) > PM_SLOT_SIZE)) {
        return PM_LOADER_WRONG_SIZE;
    }
    const uint8_t *const counter = pm_field(kept, header->protected_size, PM_FIELD_COUNTER, 4u);
    const uint8_t *const expected = pm_field(fields, size, PM_FIELD_SHA512, PM_DIGEST);
    const uint8_t *const signature = pm_field(fields, size, PM_FIELD_ED25519, PM_SIGNATURE);
    const pm_piece piece = {slot, covered};
    uint8_t digest[PM_DIGEST];
    pm_sha512(&piece, 1u, digest);
    if ((expected == NULL) || !pm_same(digest, expected, PM_DIGEST)) {
        return PM_LOADER_WRONG_HASH;
    }
    if ((signature == NULL) || (counter == NULL) || !pm_signed(signature, digest)) {
        return PM_LOADER_WRONG_SIGNATURE;
    }
    facts->version[0] = header->version[0];
    facts->version[1] = header->version[1];
    facts->counter = pm_full(counter);
    return PM_LOADER_ACCEPTED;
}
