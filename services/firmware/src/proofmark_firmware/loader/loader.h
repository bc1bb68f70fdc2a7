/* The first-stage loader: what its parts offer one another. A test stage, for emulated boards. */
#ifndef PM_LOADER_H
#define PM_LOADER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PM_SLOT 0x08010000u
#define PM_SLOT_SIZE 0x60000u
#define PM_HEADER_SIZE 0x200u
#define PM_STORAGE 0x08008000u
#define PM_STORAGE_SIZE 0x8000u
#define PM_DIGEST 64u
#define PM_SIGNATURE 64u

/* What came of the image; kept in RAM for whoever looks. */
typedef enum {
    PM_LOADER_STARTED = 0,
    PM_LOADER_ACCEPTED = 1,
    PM_LOADER_NO_IMAGE = 2,
    PM_LOADER_WRONG_SIZE = 3,
    PM_LOADER_WRONG_HASH = 4,
    PM_LOADER_WRONG_SIGNATURE = 5,
    PM_LOADER_ROLLED_BACK = 6,
    PM_LOADER_STORAGE = 7
} pm_loader_result_code;

typedef struct {
    uint32_t version[2]; /* as the header has them: major, minor and revision; build */
    uint32_t counter;
} pm_image_facts;

extern const uint8_t pm_loader_key[32];

/* image.c */
pm_loader_result_code pm_image_check(const uint8_t *slot, pm_image_facts *facts);

/* sha512.c: FIPS 180-4, of three pieces one behind the other */
typedef struct {
    const uint8_t *data;
    size_t size;
} pm_piece;
void pm_sha512(const pm_piece *pieces, size_t count, uint8_t digest[PM_DIGEST]);

/* storage.c: false where there is no room left */
uint32_t pm_storage_counter(void);
bool pm_storage_keep(const pm_image_facts *facts);

/* flash_*.c */
void pm_flash_begin(void);
void pm_flash_write(uint32_t address, uint32_t word);
void pm_flash_end(void);

#endif
