/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_LIVE_H
#define AGENT_LIVE_H

/* The loop that watch and record share: sensor to engine, until told to stop. */
#include "agent/options.h"
#include "agent/sink.h"

#define LIFE_RING_BYTES     (8UL << 20) /* 2,000 execs with 4 KiB of arguments each */
#define ACTIVITY_RING_BYTES (16UL << 20) /* some 50,000 opens */

struct live_config {
	struct rules *rules; /* decide what is attached; NULL: everything */
	bool judge; /* evaluate the rules and alert */
	const char *record; /* capture to write; NULL: none */
	uint64_t seconds; /* 0: until SIGINT or SIGTERM */
	struct sink *sink; /* NULL unless judge */
	const struct output_options *output; /* NULL: none */
	const char *runtime_sockets; /* as in struct options */
	bool falco_summary; /* print what Falco prints at its end, too */
};

/* Returns an exit code, after a message for anything but EXIT_FINE. */
int live_run(const struct live_config *config);

#endif /* AGENT_LIVE_H */
