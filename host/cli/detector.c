/* SPDX-License-Identifier: Apache-2.0 */
/* detector.c - which detector finds a link's states: what `bonnet link` and `bonnet plan --trace` are told about it. */
#include <string.h>
#include "detector.h"

const cli_option cli_detection_options[] = {CLI_OPT_TEXT("detector", cli_options, detector), CLI_OPT_TEXT("threshold", cli_options, threshold),
                                            CLI_OPT_TEXT("scale", cli_options, scale), CLI_OPT_END};

int cli_detector_options(bonnet_link_options *to, const cli_options *o, const char *verb)
{
    to->method = BONNET_LINK_BAYES;
    if (o->detector && !strcmp(o->detector, "ewma")) to->method = BONNET_LINK_EWMA;
    else if (o->detector && strcmp(o->detector, "bayes"))
        return cli_fail(CLI_USAGE, "%s: --detector is bayes or ewma, not '%.40s'", verb, o->detector);
    to->threshold = to->method == BONNET_LINK_EWMA ? BONNET_LINK_EWMA_THRESHOLD : BONNET_LINK_BAYES_THRESHOLD;
    if (o->threshold && (!cli_number(&to->threshold, o->threshold) || !(to->threshold > 0 && to->threshold < 1)))
        return cli_fail(CLI_USAGE, "%s: --threshold wants a number between 0 and 1, not '%.40s'", verb, o->threshold);
    if (o->scale && to->method != BONNET_LINK_BAYES) return cli_fail(CLI_USAGE, "%s: --scale goes with --detector bayes", verb);
    if (o->scale && (!cli_number(&to->scale_bits_per_s, o->scale) || !((to->scale_bits_per_s *= 1e6) >= 1 && to->scale_bits_per_s <= 1e12)))
        return cli_fail(CLI_USAGE, "%s: --scale wants Mbit/s, 0.000001 to 1000000, not '%.40s'", verb, o->scale);
    return CLI_OK;
}
