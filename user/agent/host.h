/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_HOST_H
#define AGENT_HOST_H

/* What alerts and captures tell of the host. */
#include "event/capture.h"

/* Fill *out from uname(2), /etc/passwd, /etc/group and the clocks; ends with capture_host_done(). */
void host_read(struct capture_host *out);

#endif /* AGENT_HOST_H */
