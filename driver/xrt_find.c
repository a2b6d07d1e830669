/* SPDX-License-Identifier: Apache-2.0 */
/* xrt_find.c - XRT's two libraries, found, checked and loaded before anything of them is called. See xrt_api.h. */
#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "xrt_api.h"

#define COREUTIL "libxrt_coreutil.so.2"
#define SHIM     "libxrt_core.so.2"

/* Why dlopen() or dlsym() failed. */
static const char *why(void)
{
    const char *text = dlerror();
    return text ? text : "no reason given";
}

static int join(char out[PATH_MAX], const char *folder, const char *middle, const char *name)
{
    const int n = snprintf(out, PATH_MAX, "%s%s/%s", folder, middle, name);
    return n > 0 && n < PATH_MAX;
}

static const char *environment(const char *name)
{
    const char *value = getenv(name);
    return value && *value ? value : NULL;
}

/* The library of this name that the process has already, whoever loaded it; or NULL. Two copies of XRT's objects end the process. */
static void *loaded(const char *name, int scope) { return dlopen(name, RTLD_NOW | RTLD_NOLOAD | scope); }

/* Found to be the right one: it stays for good. */
static void keep(const char *name)
{
    void *again = dlopen(name, RTLD_NOW | RTLD_NOLOAD | RTLD_NODELETE);
    if (again) dlclose(again);
}

static bonnet_status load_coreutil(bonnet_xrt_api *api, const char *lib, bonnet_error *err)
{
    char path[PATH_MAX];
    const char *root = environment("XILINX_XRT");
    if ((api->coreutil = loaded(COREUTIL, RTLD_LOCAL)) != NULL) return BONNET_OK;
    if (lib && !join(path, lib, "", COREUTIL)) return bonnet_fail(err, BONNET_EINVAL, "xrt: the name of the folder after lib= is too long");
    if (lib && access(path, R_OK) != 0)
        return bonnet_fail(err, BONNET_ENODEV, "xrt: there is no " COREUTIL " in '%.120s'; name XRT's folder of libraries with lib=", lib);
    api->coreutil = dlopen(lib ? path : COREUTIL, RTLD_NOW | RTLD_LOCAL);
    if (api->coreutil) return BONNET_OK;
    if (!lib && root && join(path, root, "/lib", COREUTIL) && access(path, R_OK) == 0) {
        api->coreutil = dlopen(path, RTLD_NOW | RTLD_LOCAL);
        if (api->coreutil) return BONNET_OK;
    }
    const char *text = why();
    if (!lib && strstr(text, COREUTIL ": cannot open"))
        return bonnet_fail(err, BONNET_ENODEV,
                           "xrt: XRT is not installed (no " COREUTIL "); install it (Debian: libxrt1), or name its folder with lib=");
    return bonnet_fail(err, BONNET_ENODEV, "xrt: XRT does not load: %.160s; install XRT again", text);
}

/* From void * to a pointer to a function, which C has no cast for and POSIX wants to work. */
static int find(void *out, size_t bytes, void *library, const char *name)
{
    void *at = dlsym(library, name);
    memcpy(out, &at, bytes);
    return at != NULL;
}

static bonnet_status find_functions(bonnet_xrt_api *api, bonnet_error *err)
{
    const char *missing = NULL;
#define F(type, name, arguments)                                                                                                                     \
    _Static_assert(sizeof api->name == sizeof(void *), "a pointer to a function is as wide as one to data");                                         \
    if (!missing && !find(&api->name, sizeof api->name, api->coreutil, #name)) missing = #name;
    BONNET_XRT_FUNCTIONS(F)
#undef F
    if (!missing) return BONNET_OK;
    return bonnet_fail(err, BONNET_ENODEV, "xrt: the " COREUTIL " that was found has no %s: it is not that of XRT 2.13 or later; install XRT again",
                       missing);
}

/* Where XRT itself would look; where it is told nothing, beside the interface, as XRT does from 2.25 on. */
static bonnet_status load_shim(bonnet_xrt_api *api, bonnet_error *err)
{
    char path[PATH_MAX], folder[PATH_MAX];
    const char *root = environment("XILINX_XRT");
    void *known;
    Dl_info info;
    if ((api->shim = loaded(SHIM, RTLD_GLOBAL)) != NULL) return BONNET_OK;
    memcpy(&known, &api->xrtDeviceOpen, sizeof known);
    if (root) {
        if (!join(path, root, "/lib", SHIM)) return bonnet_fail(err, BONNET_EINVAL, "xrt: XILINX_XRT is too long to be a folder");
        if (access(path, R_OK) != 0)
            return bonnet_fail(err, BONNET_ENODEV,
                               "xrt: XILINX_XRT is '%.100s', where there is no lib/" SHIM "; unset it, or set it to the folder above XRT's lib",
                               root);
    } else {
        if (!dladdr(known, &info) || !info.dli_fname || strlen(info.dli_fname) >= sizeof folder)
            return bonnet_fail(err, BONNET_ENODEV, "xrt: cannot tell where " COREUTIL " came from; set XILINX_XRT to the folder above XRT's lib");
        strcpy(folder, info.dli_fname);
        char *slash = strrchr(folder, '/');
        if (slash) *slash = '\0';
        if (!join(path, slash ? folder : ".", "", SHIM) || access(path, R_OK) != 0)
            return bonnet_fail(err, BONNET_ENODEV,
                               "xrt: XRT is half installed: no " SHIM " in '%.100s'; install it, or set XILINX_XRT to the folder above its lib",
                               slash ? folder : ".");
    }
    api->shim = dlopen(path, RTLD_NOW | RTLD_GLOBAL); /* global: as XRT does */
    if (!api->shim) return bonnet_fail(err, BONNET_ENODEV, "xrt: XRT is half installed: %.180s; install XRT again", why());
    return BONNET_OK;
}

bonnet_status bonnet_xrt_load(bonnet_xrt_api *out, const char *lib, int messages, bonnet_error *err)
{
    bonnet_xrt_api api;
    memset(&api, 0, sizeof api);
    const char *emulation = environment("XCL_EMULATION_MODE");
    if (emulation)
        return bonnet_fail(err, BONNET_ENODEV, "xrt: XCL_EMULATION_MODE is '%.60s', so XRT would emulate instead of using the board; unset it",
                           emulation);
    bonnet_status st = load_coreutil(&api, lib, err);
    if (st == BONNET_OK) st = find_functions(&api, err);
    if (st == BONNET_OK) st = load_shim(&api, err);
    if (st == BONNET_OK && !dlsym(api.shim, "xclOpen") && !dlsym(api.shim, "xclProbe"))
        st = bonnet_fail(err, BONNET_ENODEV, "xrt: the " SHIM " that was found is not XRT's driver library (it has no xclOpen); install XRT again");
    if (st != BONNET_OK) {
        bonnet_xrt_unload(&api);
        return st;
    }
    keep(COREUTIL);
    keep(SHIM);
    /* Refused once XRT has begun to print, by another part of this program: then it was meant to. */
    if (!messages) (void)api.xrtIniStringSet("Runtime.runtime_log", "null");
    *out = api;
    return BONNET_OK;
}

void bonnet_xrt_unload(bonnet_xrt_api *api)
{
    if (api->shim) dlclose(api->shim);
    if (api->coreutil) dlclose(api->coreutil);
    memset(api, 0, sizeof *api);
}
