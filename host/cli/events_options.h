/* SPDX-License-Identifier: Apache-2.0 */
/* events_options.h - the options of a verb that posts results and events to an MQTT broker (events.h), into its member of type events_options. */
#ifndef BONNET_CLI_EVENTS_OPTIONS_H
#define BONNET_CLI_EVENTS_OPTIONS_H
#include "cli.h"
#include "events.h"

#define CLI_OPT_EVENTS(type, member) \
    CLI_OPT_TEXT("mqtt", type, member.url), CLI_OPT_TEXT("mqtt-login", type, member.login), CLI_OPT_TEXT("mqtt-ca", type, member.ca), \
    CLI_OPT_TEXT("mqtt-cert", type, member.cert), CLI_OPT_TEXT("mqtt-key", type, member.key), CLI_OPT_WHOLE("mqtt-qos", type, member.qos, 0, 1)
/* Those that go with --mqtt do; an exit code. */
int cli_events_check(events_options *o, bool insecure, const char *verb);
#endif
