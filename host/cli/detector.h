/* SPDX-License-Identifier: Apache-2.0 */
/* detector.h - see detector.c. */
#ifndef BONNET_CLI_DETECTOR_H
#define BONNET_CLI_DETECTOR_H
#include "bonnet_edge.h"
#include "cli.h"

extern const cli_option cli_detection_options[]; /* --detector NAME, --threshold X, --scale MBIT */
/* What they say; the verb is what a complaint begins with. Exit code. */
int cli_detector_options(bonnet_link_options *to, const cli_options *o, const char *verb);
#endif
