/* SPDX-License-Identifier: Apache-2.0 */
/*
 * xrt_api.h - the part of XRT's C interface that Bonnet uses, as pointers that are found at run time: the library builds and runs where XRT is
 * absent. Prototypes as in XRT 2.13, xrt/xrt_device.h, xrt/xrt_bo.h, xrt/xrt_kernel.h and experimental/xrt_ini.h (2.25 exports the
 * same); handles are void pointers there too. tests/xrt compares the types with those headers.
 *
 * XRT has two halves: libxrt_coreutil.so.2, the interface, and a "shim" that knows the driver, libxrt_core.so.2. Left alone, XRT 2.13 looks for
 * the shim where XILINX_XRT points, and where that leads nowhere its own error message ends the process (std::terminate out of xrtDeviceOpen).
 * So bonnet_xrt_load() loads the shim itself, from where XRT would take it or from beside the interface; XRT then finds it loaded.
 * One XRT a process: what is loaded already is taken, wherever it came from, since a second copy of XRT's objects would end the process too.
 * And it tells XRT to keep its messages to itself (Runtime.runtime_log=null), because a library does not print.
 */
#ifndef BONNET_XRT_API_H
#define BONNET_XRT_API_H
#include "backend.h"

/* RETURN, NAME, ARGUMENTS */
#define BONNET_XRT_FUNCTIONS(F)                                                                 \
    F(int,      xrtIniStringSet,          (const char *key, const char *value))                 \
    F(void *,   xrtDeviceOpen,            (unsigned int index))                                 \
    F(int,      xrtDeviceClose,           (void *device))                                       \
    F(int,      xrtDeviceLoadXclbinFile,  (void *device, const char *file))                     \
    F(int,      xrtDeviceGetXclbinUUID,   (void *device, unsigned char *uuid))                  \
    F(void *,   xrtPLKernelOpenExclusive, (void *device, const unsigned char *uuid, const char *name)) \
    F(int,      xrtKernelClose,           (void *kernel))                                       \
    F(int,      xrtKernelArgGroupId,      (void *kernel, int argument))                         \
    F(int,      xrtKernelReadRegister,    (void *kernel, uint32_t offset, uint32_t *value))     \
    F(int,      xrtKernelWriteRegister,   (void *kernel, uint32_t offset, uint32_t value))      \
    F(void *,   xrtBOAlloc,               (void *device, size_t bytes, uint64_t flags, uint32_t group)) \
    F(int,      xrtBOFree,                (void *buffer))                                       \
    F(uint64_t, xrtBOAddress,             (void *buffer))                                       \
    F(void *,   xrtBOMap,                 (void *buffer))                                       \
    F(int,      xrtBOSync,                (void *buffer, unsigned direction, size_t bytes, size_t offset))

enum {
    BONNET_XRT_TO_DEVICE = 0, /* XCL_BO_SYNC_BO_TO_DEVICE */
    BONNET_XRT_TO_HOST = 1,   /* XCL_BO_SYNC_BO_FROM_DEVICE */
    BONNET_XRT_CACHEABLE = 1 << 24, /* XRT_BO_FLAGS_CACHEABLE */
    BONNET_XRT_PAGE = 4096    /* sizes of buffers are multiples of it */
};

typedef struct bonnet_xrt_api {
#define F(type, name, arguments) type (*name) arguments;
    BONNET_XRT_FUNCTIONS(F)
#undef F
    void *coreutil; /* dlopen handles; both stay loaded for good, because XRT has threads and singletons that do not end */
    void *shim;
} bonnet_xrt_api;

/*
 * lib: the folder that has libxrt_coreutil.so.2, or NULL: wherever the loader finds it, then $XILINX_XRT/lib. messages: let XRT print.
 * BONNET_ENODEV and what to do: XRT is not installed, half installed, another library under its name, or set to emulate.
 * Neither library is entered before all of that is known. bonnet_xrt_unload() when no handle of XRT is left.
 */
bonnet_status bonnet_xrt_load(bonnet_xrt_api *out, const char *lib, int messages, bonnet_error *err);
void bonnet_xrt_unload(bonnet_xrt_api *api);
#endif
