// SPDX-License-Identifier: Apache-2.0
#include "agent/host.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"

#define USERS_MAX_BYTES (1024UL * 1024)

static void read_users(const char *path, char **out)
{
	size_t len;
	int err = file_read(AT_FDCWD, path, USERS_MAX_BYTES, out, &len);

	if (err)
		log_warn("cannot read '%s': %s; names of users will be missing", path,
			 strerror(-err));
}

void host_read(struct capture_host *out)
{
	struct utsname uts;

	memset(out, 0, sizeof(*out));
	if (uname(&uts) == 0) {
		(void)snprintf(out->hostname, sizeof(out->hostname), "%s", uts.nodename);
		(void)snprintf(out->release, sizeof(out->release), "%s", uts.release);
		(void)snprintf(out->machine, sizeof(out->machine), "%s", uts.machine);
	}
	(void)snprintf(out->agent_version, sizeof(out->agent_version), "%s", BW_VERSION);
	out->epoch_offset_ns = clock_epoch_offset_ns();
	out->n_cpus = (uint32_t)sysconf(_SC_NPROCESSORS_CONF);
	read_users("/etc/passwd", &out->passwd);
	read_users("/etc/group", &out->group);
}
