/* SPDX-License-Identifier: Apache-2.0 */
/* registry.c - the backends of the ARM test binary: those that need no simulator. */
#include "backends.h"

const bonnet_backend *const bonnet_backends[] = {&bonnet_golden_backend, &bonnet_cpu_backend, NULL};
