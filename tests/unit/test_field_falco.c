// SPDX-License-Identifier: Apache-2.0
/* All fields of Falco (engine 0.63.0, plugin container 0.4.0) by type and flag. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "fields/field.h"

static const struct {
	enum field_type type;
	const char *names; /* each with a blank behind it */
} types[] = {
	{ FIELD_UINT64, "evt.num evt.latency.quantized evt.buflen evt.around evt.buflen.in "
			"evt.buflen.out evt.buflen.file evt.buflen.file.in "
			"evt.buflen.file.out evt.buflen.net evt.buflen.net.in "
			"evt.buflen.net.out proc.cmdnargs proc.cmdlenargs "
			"proc.pidns_init_start_ts proc.fdopencount proc.vmsize proc.vmrss "
			"proc.vmswap thread.pfmajor thread.pfminor proc.nthreads "
			"proc.nchilds thread.vmsize thread.vmrss thread.vmsize.b "
			"thread.vmrss.b util.cnt " },
	{ FIELD_ABSTIME, "evt.rawtime evt.rawtime.s evt.rawtime.ns proc.exe_ino.ctime "
			 "proc.exe_ino.mtime proc.exe_ino.ctime_duration_proc_start "
			 "proc.exe_ino.ctime_duration_pidns_start container.start_ts " },
	{ FIELD_RELTIME, "evt.reltime evt.reltime.s evt.reltime.ns evt.latency "
			 "evt.latency.s evt.latency.ns evt.deltatime evt.deltatime.s "
			 "evt.deltatime.ns evt.wait_latency proc.duration "
			 "proc.ppid.duration proc.pid.ts proc.ppid.ts thread.exectime "
			 "thread.totexectime container.duration " },
	{ FIELD_BOOL, "evt.is_async evt.failed evt.is_io evt.is_io_read evt.is_io_write "
		      "evt.is_wait evt.is_syslog evt.is_open_read evt.is_open_write "
		      "evt.is_open_exec evt.is_open_create proc.is_exe_writable "
		      "proc.is_exe_upper_layer proc.is_exe_lower_layer "
		      "proc.is_exe_from_memfd proc.is_sid_leader proc.is_vpgid_leader "
		      "proc.is_pgid_leader thread.ismain fd.is_server fd.connected "
		      "fd.name_changed fd.is_upper_layer fd.is_lower_layer "
		      "container.privileged container.host_pid container.host_network "
		      "container.host_ipc proc.is_container_healthcheck "
		      "proc.is_container_liveness_probe "
		      "proc.is_container_readiness_probe " },
	{ FIELD_UINT32, "evt.type.is evt.count evt.count.error evt.count.error.file "
			"evt.count.error.net evt.count.error.memory evt.count.error.other "
			"evt.count.exit evt.count.procinfo evt.count.threadinfo proc.tty "
			"user.uid group.gid " },
	{ FIELD_INT16, "evt.cpu " },
	{ FIELD_INT32, "fd.dev fd.dev.major fd.dev.minor " },
	{ FIELD_INT64, "evt.rawres proc.loginshellid proc.pid proc.ppid proc.apid "
		       "proc.vpid proc.pvpid proc.sid proc.vpgid proc.pgid proc.exe_ino "
		       "proc.fdlimit thread.tid thread.vtid fd.num fd.ino user.loginuid " },
	{ FIELD_DOUBLE, "proc.fdusage thread.cpu thread.cpu.user thread.cpu.system " },
	{ FIELD_BYTES, "evt.buffer " },
	{ FIELD_IPADDR, "fd.ip fd.cip fd.sip fd.lip fd.rip " },
	{ FIELD_PORT, "fd.port fd.cport fd.sport fd.lport fd.rport fd.proto " },
	{ FIELD_IPNET, "fd.net fd.cnet fd.snet fd.lnet fd.rnet " },
	{ FIELD_STRING, "evt.time evt.time.s evt.time.iso8601 evt.datetime evt.datetime.s "
			"evt.pluginname evt.plugininfo evt.source evt.asynctype "
			"evt.hostname evt.latency.human evt.outputtime evt.dir evt.type "
			"syscall.type evt.category evt.args evt.arg evt.rawarg evt.info "
			"evt.res evt.io_dir evt.abspath evt.infra.docker.name "
			"evt.infra.docker.container.id evt.infra.docker.container.name "
			"evt.infra.docker.container.image proc.exe proc.pexe proc.aexe "
			"proc.exepath proc.pexepath proc.aexepath proc.name proc.pname "
			"proc.aname proc.args proc.aargs proc.cmdline proc.pcmdline "
			"proc.acmdline proc.exeline proc.env proc.aenv proc.cwd proc.sname "
			"proc.sid.exe proc.sid.exepath proc.vpgid.name proc.vpgid.exe "
			"proc.vpgid.exepath proc.pgid.name proc.pgid.exe proc.pgid.exepath "
			"thread.cap_permitted thread.cap_inheritable thread.cap_effective "
			"thread.nametid thread.cgroups thread.cgroup proc.stdin.type "
			"proc.stdout.type proc.stderr.type proc.stdin.name "
			"proc.stdout.name proc.stderr.name user.name user.homedir "
			"user.shell user.loginname group.name fd.type fd.typechar fd.name "
			"fd.directory fd.filename fd.l4proto fd.sockfamily fd.uid "
			"fd.containername fd.containerdirectory fd.cproto fd.sproto "
			"fd.lproto fd.rproto fd.cip.name fd.sip.name fd.lip.name "
			"fd.rip.name fd.nameraw fd.types fs.path.name fs.path.nameraw "
			"fs.path.source fs.path.sourceraw fs.path.target fs.path.targetraw "
			"fdlist.nums fdlist.names fdlist.cips fdlist.sips fdlist.cports "
			"fdlist.sports container.id container.full_id container.name "
			"container.image container.image.id container.type "
			"container.mounts container.mount container.mount.source "
			"container.mount.dest container.mount.mode container.mount.rdwr "
			"container.mount.propagation container.image.repository "
			"container.image.tag container.image.digest container.healthcheck "
			"container.liveness_probe container.readiness_probe container.ip "
			"container.cni.json container.label container.labels k8s.pod.name "
			"k8s.ns.name k8s.pod.id k8s.pod.uid k8s.pod.sandbox_id "
			"k8s.pod.full_sandbox_id k8s.pod.label k8s.pod.labels k8s.pod.ip "
			"k8s.pod.cni.json k8s.rc.name k8s.rc.id k8s.rc.label k8s.rc.labels "
			"k8s.svc.name k8s.svc.id k8s.svc.label k8s.svc.labels k8s.ns.id "
			"k8s.ns.label k8s.ns.labels k8s.rs.name k8s.rs.id k8s.rs.label "
			"k8s.rs.labels k8s.deployment.name k8s.deployment.id "
			"k8s.deployment.label k8s.deployment.labels " },
};

static const struct {
	uint32_t flag;
	const char *names; /* each with a blank behind it */
} flags[] = {
	{ FIELD_DEPRECATED, "evt.latency evt.latency.s evt.latency.ns evt.latency.quantized "
			    "evt.latency.human evt.wait_latency evt.dir " },
	{ FIELD_LIST, "fd.types " },
	{ FIELD_FILTER_ONLY, "evt.around fd.ip fd.port fd.proto fd.net fd.cnet fd.snet fd.lnet "
			     "fd.rnet " },
	{ FIELD_NO_RHS, "evt.rawarg evt.around proc.aexe proc.aexepath proc.aname "
			"proc.acmdline proc.aenv proc.apid fd.ip fd.port fd.proto fd.net "
			"fd.cnet fd.snet fd.lnet fd.rnet fd.cip.name fd.sip.name "
			"fd.lip.name fd.rip.name fd.types " },
	{ FIELD_NO_TRANSFORMER, "evt.rawarg evt.around proc.aexe proc.aexepath proc.aname "
				"proc.acmdline proc.aenv proc.apid fd.ip fd.port fd.proto fd.net "
				"fd.cnet fd.snet fd.lnet fd.rnet fd.cip.name fd.sip.name "
				"fd.lip.name fd.rip.name " },
	{ FIELD_ARG_REQUIRED, "evt.type.is evt.arg evt.rawarg evt.around thread.cgroup "
			      "container.mount container.mount.source container.mount.dest "
			      "container.mount.mode container.mount.rdwr "
			      "container.mount.propagation container.label k8s.pod.label "
			      "k8s.rc.label k8s.svc.label k8s.ns.label k8s.rs.label "
			      "k8s.deployment.label " },
	{ FIELD_ARG_ALLOWED, "proc.aexe proc.aexepath proc.aname proc.args proc.aargs "
			     "proc.acmdline proc.env proc.aenv proc.apid fd.types evt.abspath " },
};

#define N_FIELDS 294

static bool names_has(const char *names, const char *name)
{
	const size_t len = strlen(name);

	for (const char *at = names; (at = strstr(at, name)) != NULL; at++)
		if ((at == names || at[-1] == ' ') && at[len] == ' ')
			return true;
	return false;
}

static const struct field *next_field(const char **names)
{
	const size_t len = strcspn(*names, " ");
	const struct field *field = field_lookup(*names, len);

	if (!field)
		fail_msg("%.*s is not known", (int)len, *names);
	*names += len + 1;
	return field;
}

static void every_field_of_falco_is_known_with_its_type(void **state)
{
	size_t n = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		for (const char *names = types[i].names; *names; n++) {
			const struct field *field = next_field(&names);

			if (field->type != types[i].type)
				fail_msg("%s is %s", field->name, field_type_name(field->type));
		}
	}
	assert_int_equal(n, N_FIELDS);
}

static void all_other_fields_are_marked_as_our_own(void **state)
{
	const struct field *field;
	size_t n_own = 0;
	size_t n = 0;

	(void)state;
	for (; (field = field_at(n)) != NULL; n++) {
		bool is_falcos = false;

		for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
			is_falcos |= names_has(types[i].names, field->name);
		if (is_falcos != !(field->flags & FIELD_OWN))
			fail_msg("%s: wrong FIELD_OWN", field->name);
		n_own += !is_falcos;
	}
	assert_int_equal(n - n_own, N_FIELDS);
}

static void flags_are_falcos(void **state)
{
	const struct field *field;

	(void)state;
	for (size_t n = 0; (field = field_at(n)) != NULL; n++) {
		if (field->flags & FIELD_OWN)
			continue;
		for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
			if (names_has(flags[i].names, field->name) !=
			    !!(field->flags & flags[i].flag))
				fail_msg("%s: flag %zu", field->name, i);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_field_of_falco_is_known_with_its_type),
		cmocka_unit_test(all_other_fields_are_marked_as_our_own),
		cmocka_unit_test(flags_are_falcos),
	};

	return cmocka_run_group_tests_name("fields/falco", tests, NULL, NULL);
}
