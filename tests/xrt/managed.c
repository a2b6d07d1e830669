/* SPDX-License-Identifier: Apache-2.0 */
/*
 * managed.c - the chip as XRT's own programs use a kernel: arguments by xrtKernelRun(), XRT writes the registers and waits. Bonnet's driver does not
 * work so; this shows that its .xclbin and its register map (holes included) would let a program that does. Links XRT in the ordinary way.
 *
 *     XILINX_XRT=build/board/xrt build/tests/xrt/managed FILE.xclbin
 *
 * Two runs, of one network and two images, against golden; a shared and a refused second context. Exit 0, 1 and the first thing that is not so.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <experimental/xrt_xclbin.h>
#include <xrt/xrt_bo.h>
#include <xrt/xrt_device.h>
#include <xrt/xrt_kernel.h>
#include "../conform/compare.h"
#include "../conform/net_build.h"
#include "golden/golden.h"
#include "lower.h"

enum { JOB, MODEL, INPUT, OUTPUT, SCRATCH, BUFFERS, PAGE = 4096, DONE_MS = 60000 };

#define WANT(what)                                                                                                                                   \
    do {                                                                                                                                             \
        if (!(what)) return fprintf(stderr, "managed: line %d: not so: %s\n", __LINE__, #what), 1;                                                   \
    } while (0)

typedef struct place {
    xrtBufferHandle handle;
    uint8_t *host;
    size_t bytes;
} place;

static int take(place *p, xrtDeviceHandle device, xrtKernelHandle kernel, int argument, size_t bytes)
{
    p->bytes = (bytes / PAGE + 1) * PAGE;
    p->handle = xrtBOAlloc(device, p->bytes, XRT_BO_FLAGS_CACHEABLE, (xrtMemoryGroup)xrtKernelArgGroupId(kernel, argument));
    p->host = p->handle ? xrtBOMap(p->handle) : NULL;
    return p->host != NULL;
}

static int32_t logit(const uint8_t *p) { return (int32_t)((uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24); }

/* One image through the kernel: everything is an argument. */
static int run(const place *p, xrtKernelHandle kernel, const bonnet_job *job, const bonnet_net *net, const uint8_t *image, const bonnet_frame *want)
{
    memcpy(p[INPUT].host, image, job->input_bytes);
    for (int i = JOB; i <= INPUT; i++) WANT(!xrtBOSync(p[i].handle, XCL_BO_SYNC_BO_TO_DEVICE, p[i].bytes, 0));
    xrtRunHandle r = xrtKernelRun(kernel, p[JOB].handle, p[MODEL].handle, p[INPUT].handle, p[OUTPUT].handle, p[SCRATCH].handle, 1u, job->input_stride,
                                  job->output_stride, job->watchdog_cycles);
    WANT(r && xrtRunWaitFor(r, DONE_MS) == ERT_CMD_STATE_COMPLETED);
    WANT(!xrtRunClose(r));
    WANT(!xrtBOSync(p[OUTPUT].handle, XCL_BO_SYNC_BO_FROM_DEVICE, p[OUTPUT].bytes, 0));
    for (uint32_t i = 0; i < net->classes; i++) WANT(logit(p[OUTPUT].host + 4 * (size_t)i) == want->logits[i]);
    return 0;
}

static int on_device(xrtDeviceHandle device, xrtKernelHandle kernel, const bonnet_job *job, const bonnet_net *net)
{
    place p[BUFFERS];
    const size_t bytes[BUFFERS] = {(size_t)job->n_desc * BONNET_DESC_BYTES, job->rows_bytes, job->input_stride, job->output_stride,
                                   job->scratch_bytes};
    for (int i = 0; i < BUFFERS; i++) WANT(take(&p[i], device, kernel, i, bytes[i]));
    for (uint32_t i = 0; i < job->n_desc; i++) bonnet_desc_to_bytes(p[JOB].host + (size_t)i * BONNET_DESC_BYTES, job->desc[i]);
    memcpy(p[MODEL].host, job->rows, job->rows_bytes);
    for (uint64_t seed = 1; seed <= 2; seed++) {
        bonnet_frame want;
        uint8_t *image = bonnet_random_image(net, seed, 1);
        WANT(image && bonnet_frame_make(&want, net));
        WANT(bonnet_golden_run(net, image, want.maps, want.logits, NULL, NULL) == BONNET_OK);
        WANT(!run(p, kernel, job, net, image, &want));
        bonnet_frame_free(&want);
        free(image);
    }
    for (int i = 0; i < BUFFERS; i++) WANT(!xrtBOFree(p[i].handle));
    return 0;
}

int main(int argc, char **argv)
{
    xuid_t uuid, of_file;
    int end;
    bonnet_job *job;
    bonnet_error err = {""};
    if (argc != 2) return fprintf(stderr, "usage: managed FILE.xclbin\n"), 2;
    xrtXclbinHandle file = xrtXclbinAllocFilename(argv[1]); /* XRT's own reader of the file */
    WANT(file && !xrtXclbinGetUUID(file, of_file) && xrtXclbinGetNumKernels(file) == 1 && xrtXclbinGetNumKernelComputeUnits(file) == 1);
    WANT(!xrtXclbinFreeHandle(file));
    bonnet_net *net = bonnet_directed_net(0, &end);
    WANT(net && bonnet_lower(&job, net, bonnet_geometry_named("tiny"), &(bonnet_lower_options){.traced = 0}, &err) == BONNET_OK);
    xrtDeviceHandle device = xrtDeviceOpen(0);
    WANT(device && !xrtDeviceLoadXclbinFile(device, argv[1]) && !xrtDeviceGetXclbinUUID(device, uuid) && !memcmp(uuid, of_file, sizeof uuid));
    xrtKernelHandle kernel = xrtPLKernelOpen(device, uuid, "bonnet");
    WANT(kernel && !on_device(device, kernel, job, net));
    WANT(!xrtPLKernelOpenExclusive(device, uuid, "bonnet")); /* it is shared already */
    uint32_t value;
    WANT(xrtKernelReadRegister(kernel, 0x100, &value) != 0); /* which is why Bonnet opens it for itself */
    WANT(!xrtKernelClose(kernel) && !xrtDeviceClose(device));
    bonnet_job_free(job);
    bonnet_net_free(net);
    printf("managed: two images through xrtKernelRun, equal to golden\n");
    return 0;
}
