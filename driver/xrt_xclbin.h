/* SPDX-License-Identifier: Apache-2.0 */
/*
 * xrt_xclbin.h - what the XRT backend wants to know about a .xclbin before it hands the file to XRT, which would answer every defect alike: is it
 * one, which kernels are in it, do 64 KiB of registers fit into the range it gives them, and how fast is the clock.
 *
 * The container is that of XRT's public xclbin.h ("axlf", 2.13): magic, header, section headers of 40 bytes, sections. Offsets are written
 * here again, so that the library builds where XRT's headers are absent; tests/xrt compares them with the header.
 */
#ifndef BONNET_XRT_XCLBIN_H
#define BONNET_XRT_XCLBIN_H
#include "backend.h"

enum { /* byte offsets; all numbers are little-endian */
    BONNET_XCLBIN_LENGTH = 304, /* u64, of the whole file */
    BONNET_XCLBIN_UUID = 416,   /* 16 bytes */
    BONNET_XCLBIN_COUNT = 448,  /* u32, sections */
    BONNET_XCLBIN_HEAD = 456,   /* of the first section's header: u32 kind, char name[16], then */
    BONNET_XCLBIN_OFFSET = 24,  /*    u64, in the file */
    BONNET_XCLBIN_SIZE = 32,    /*    u64 */
    BONNET_XCLBIN_HEADER = 40,  /*    bytes from one to the next */
    BONNET_XCLBIN_IPS = 8,      /* within IP_LAYOUT, behind its u32 count: the first unit; 80 bytes each */
    BONNET_XCLBIN_IP = 80,
    BONNET_XCLBIN_IP_NAME = 16, /* within a unit: "kernel:unit", 64 bytes */
    BONNET_XCLBIN_IP_CHARS = 64,
    BONNET_XCLBIN_KIND_BITSTREAM = 0,
    BONNET_XCLBIN_KIND_METADATA = 2,
    BONNET_XCLBIN_KIND_MEMORY = 6,
    BONNET_XCLBIN_KIND_IPS = 8
};

typedef struct bonnet_xclbin {
    uint8_t uuid[16];
    uint32_t range_bytes; /* of the kernel's registers; 0: the file does not say */
    uint32_t clock_hz;    /* 0: the file does not say */
    int bitstream;        /* it carries one, so that loading it programs the chip (where the platform lets it) */
} bonnet_xclbin;

/* Reads FILE and finds the kernel ("bonnet", or "bonnet:{unit}"). BONNET_EIO, BONNET_EFORMAT (no xclbin, damaged), BONNET_EINVAL (no such kernel). */
bonnet_status bonnet_xclbin_read(bonnet_xclbin *out, const char *file, const char *kernel, bonnet_error *err);
#endif
