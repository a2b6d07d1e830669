/* SPDX-License-Identifier: Apache-2.0 */
/*
 * flash.h - the parts of `bonnet flash`: what is in a bitstream file, what the manifest says about it, and the two ways into a ZCU102.
 * Parsers of foreign bytes (flash_bit.c, flash_xclbin.c) are pure: they print nothing, own nothing, and return NULL or what is wrong, a static
 * text; what they point to lies in the caller's bytes. Everything else reports by cli_fail() and returns an exit code (docs/errors.md).
 */
#ifndef BONNET_CLI_FLASH_H
#define BONNET_CLI_FLASH_H
#include "cli.h"

#define FLASH_BOARD    "zcu102"
#define FLASH_PART     "xczu9eg-ffvb1156-2-e"
#define FLASH_IDCODE   0x04738093u /* XCZU9EG; bits 31:28 are the revision */
#define FLASH_FIRMWARE "bonnet/bonnet_zcu102.bit.bin" /* under /lib/firmware; bitstreams/zcu102/overlay.dts has the same name */
enum { FLASH_TEXT = 80, FLASH_STEPS = 16, FLASH_MAX_BYTES = 256 << 20 };

/* The header that Vivado puts in front of a .bit. */
typedef struct flash_bit {
    char design[FLASH_TEXT], part[FLASH_TEXT], date[FLASH_TEXT], time[FLASH_TEXT];
    const uint8_t *config; /* configuration data: the rest of the file, as long as the header says */
    size_t config_bytes;
} flash_bit;
const char *flash_bit_parse(flash_bit *out, const uint8_t *bytes, size_t size);
/* Configuration data: the synchronisation word, and the device that the data is for; idcode 0: it names none. swapped: as fpga_manager takes it. */
typedef struct flash_words { uint32_t idcode; bool swapped; } flash_words;
const char *flash_words_parse(flash_words *out, const uint8_t *bytes, size_t size);

typedef struct flash_xclbin {
    char vbnv[65];       /* platform: vendor:board:name:version */
    const uint8_t *bits; /* its BITSTREAM section, or NULL */
    size_t bits_bytes;
} flash_xclbin;
const char *flash_xclbin_parse(flash_xclbin *out, const uint8_t *bytes, size_t size);

/* The commit that the build wrote into the header (bitstreams/zcu102/build.tcl: UserID, 32 bits); 0: none. */
uint32_t flash_bit_commit(const flash_bit *b);

/* A bitstream file, read once: what was hashed is what is sent. */
typedef struct flash_file {
    const char *path, *name, *kind; /* name: after the last slash; kind: "bit", "bin", "xclbin" */
    uint8_t *bytes;                 /* malloc'ed */
    size_t size;
    char sha256[65];
    flash_bit bit;                  /* config is set for every kind; texts are "" where the file has none */
    flash_words words;
    const uint8_t *image;           /* of a whole .bit, header included; NULL where there is only bare data */
    size_t image_bytes;
    char vbnv[65];
} flash_file;
int flash_file_read(flash_file *out, const char *path); /* size and hash, then the format, then the part; all of it checked */
void flash_file_free(flash_file *f);

/* One bitstream that somebody built (bitstreams/README.md). */
typedef struct flash_entry {
    char file[FLASH_TEXT], sha256[65], part[FLASH_TEXT], board[FLASH_TEXT], geometry[FLASH_TEXT], commit[FLASH_TEXT], tool[FLASH_TEXT];
    uint32_t abi; /* major << 16 | minor */
    double clock_mhz;
} flash_entry;
typedef struct flash_manifest {
    char path[4096], note[256];
    flash_entry *entry; /* malloc'ed */
    size_t count;
} flash_manifest;
/* path NULL: MANIFEST beside the bitstream (beside, or NULL), else the installed one, else that of the source tree of this program. */
void flash_manifest_place(flash_manifest *m, const char *path, const char *beside); /* m->path: where it is, or should be */
int flash_manifest_read(flash_manifest *out, const char *path, const char *beside);
void flash_manifest_free(flash_manifest *m);
/* A chip of that register version is one for this library: its major, and no lower minor. */
bool flash_abi_fits(uint32_t abi);
const flash_entry *flash_manifest_find(const flash_manifest *m, const char *sha256);
/* The line of a manifest: a JSON object; NULL if out of memory. */
struct json_object *flash_entry_json(const flash_entry *e);

/* What a flash does, step by step; under --dry-run only said. */
typedef struct flash_job {
    const flash_file *file;
    const char *root;   /* "" or the folder that stands for / */
    char serial[64];    /* of the cable, "" = any */
    unsigned limit_ms;  /* of the loader or the FPGA manager */
    bool dry;
    struct json_object *steps; /* array of strings */
    int lock, node;            /* open files that hold locks, -1 = none */
} flash_job;
/* Notes the step; true: do it now. */
bool flash_step(flash_job *j, const char *format, ...) __attribute__((format(printf, 2, 3)));
int flash_lock(flash_job *j, bool usb); /* one flash at a time, and nobody at the device */
void flash_unlock(flash_job *j);
int flash_by_jtag(flash_job *j);        /* openFPGALoader, bounded */
int flash_by_manager(flash_job *j);     /* fpga_manager of this board's kernel, or fpgautil */
/* bytes beside their place under root/lib/firmware, synchronised, renamed: whole or not there, whatever happens to the power. */
int flash_firmware_put(const flash_job *j, const uint8_t *bytes, size_t size);

/* A program with its output caught, bounded. said: the last line that it wrote, cut. 0: it ended well. */
int cli_tool_run(char *said, size_t said_bytes, char *const argv[], unsigned limit_ms);
/* A program in PATH: true and its place. */
bool cli_tool_find(char *out, size_t bytes, const char *name);

/* Files of a tree that may stand for / (--root): path is root + rest. -1, or bytes read; text ends with a zero and without white space at its end. */
long cli_tree_read(char *out, size_t bytes, const char *root, const char *rest);
/* First entry of a folder (in the order of names) after `after` that starts with prefix; false when there is none. */
bool cli_tree_next(char *name, size_t bytes, const char *root, const char *folder, const char *prefix, const char *after);

/* This machine (or tree) is a ZCU102: its device tree says so. */
bool cli_is_board(const char *root);
/* A scheme ("usb") that this build has. */
bool cli_has_scheme(const char *scheme, size_t length);

/* Names of this board's devices as the kernel lists them; the n-th, false beyond the last. */
enum { FIND_NAME = 64 };
bool cli_find_uio(char name[FIND_NAME], const char *root, unsigned n);     /* "uio0": whose name is bonnet */
bool cli_find_udmabuf(char name[FIND_NAME], const char *root, unsigned n); /* "udmabuf-bonnet" first, then any */
bool cli_find_zocl(char name[FIND_NAME], const char *root, unsigned n);    /* "renderD128": whose driver is zocl */
/* USB-JTAG cables (FT232H). sys: "1-2" under /sys/bus/usb/devices; node: "/dev/bus/usb/001/005". serial "" = any. */
typedef struct cli_cable { char sys[FIND_NAME], node[FIND_NAME], serial[FIND_NAME], product[FIND_NAME]; } cli_cable;
bool cli_find_cable(cli_cable *out, const char *root, const char *serial, unsigned n);
#endif
