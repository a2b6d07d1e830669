/* SPDX-License-Identifier: Apache-2.0 */
/* events_options.c - see events_options.h. */
#include "events_options.h"

int cli_events_check(events_options *o, bool insecure, const char *verb)
{
    o->insecure = insecure;
    if (o->url || !(o->login || o->ca || o->cert || o->key || o->qos)) return CLI_OK;
    return cli_fail(CLI_USAGE, "%s: --mqtt-login, --mqtt-ca, --mqtt-cert, --mqtt-key and --mqtt-qos go with --mqtt URL", verb);
}
