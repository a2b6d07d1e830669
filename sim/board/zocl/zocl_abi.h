/* SPDX-License-Identifier: Apache-2.0 */
/*
 * zocl_abi.h - what XRT's edge library and the zocl kernel driver say to each other: the ioctls of XRT 2022.1 (2.13), written down again
 * from their documentation and from what Debian's libxrt_core was seen to send. Later releases renumber them and grow the structures:
 * user space and kernel of a board are always of one release, and this stand-in speaks this one only.
 */
#ifndef BONNET_ZOCL_ABI_H
#define BONNET_ZOCL_ABI_H
#include <stddef.h>
#include <stdint.h>

/* Numbers within the DRM type 'd'; 0x40 on are the driver's own. */
enum {
    ZOCL_VERSION = 0x00, ZOCL_GEM_CLOSE = 0x09, ZOCL_CREATE_BO = 0x40, ZOCL_USERPTR_BO = 0x41, ZOCL_MAP_BO = 0x43, ZOCL_SYNC_BO = 0x44,
    ZOCL_INFO_BO = 0x45, ZOCL_PWRITE_BO = 0x46, ZOCL_PREAD_BO = 0x47, ZOCL_EXECBUF = 0x49, ZOCL_READ_AXLF = 0x4a, ZOCL_INFO_CU = 0x4e,
    ZOCL_CTX = 0x4f
};

typedef struct zocl_version { int major, minor, patch; size_t name_len; char *name; size_t date_len; char *date; size_t desc_len; char *desc; } zocl_version;
typedef struct zocl_create { uint64_t size; uint32_t handle, flags; } zocl_create;
typedef struct zocl_map { uint32_t handle, pad; uint64_t offset; } zocl_map;
enum { ZOCL_TO_DEVICE = 0, ZOCL_FROM_DEVICE = 1 };
typedef struct zocl_sync { uint32_t handle, direction; uint64_t offset, size; } zocl_sync;
typedef struct zocl_info { uint32_t handle, flags; uint64_t size, paddr; } zocl_info;
typedef struct zocl_copy { uint32_t handle, pad; uint64_t offset, size, user; } zocl_copy;
typedef struct zocl_execbuf { uint32_t context, handle; } zocl_execbuf;
typedef struct zocl_axlf { void *axlf; uint32_t flags; int kernel_bytes; char *kernels; uint32_t slot; char *overlay; uint8_t generation; uint32_t kds; } zocl_axlf;
typedef struct zocl_cu { uint64_t paddr; int apt_index, cu_index; } zocl_cu;
enum { ZOCL_CTX_ALLOC = 0, ZOCL_CTX_FREE = 1, ZOCL_CTX_IRQ = 2 }; /* the last one returns a file descriptor */
enum { ZOCL_CTX_EXCLUSIVE = 1 };
typedef struct zocl_ctx { uint64_t uuid, uuid_bytes; uint32_t cu, flags, handle, op; } zocl_ctx;

#endif
