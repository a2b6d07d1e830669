/* SPDX-License-Identifier: Apache-2.0 */
/* registry.c - the backends of this build. A new one is a file, a line in backends.h and a line here. */
#include "backends.h"

const bonnet_backend *const bonnet_backends[] = {
    &bonnet_golden_backend,
    &bonnet_cpu_backend,
    &bonnet_sim_backend,
    &bonnet_hls_backend,
    &bonnet_mock_backend,
    &bonnet_uio_backend,
    &bonnet_xrt_backend,
    &bonnet_ice40_backend,
    &bonnet_serial_backend,
#ifndef BONNET_NO_USB
    &bonnet_usb_backend,
#endif
    NULL,
};
