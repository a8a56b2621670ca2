// SPDX-License-Identifier: Apache-2.0
/* The container and the pod, as the registry knows them. */
#include <fnmatch.h>

#include "base/buf.h"
#include "container/danger.h"
#include "fields/family.h"
#include "fields/names.h"
#include "fields/scratch.h"

#define SHORT_ID_LEN 12

/* Labels that are the runtime's own notes, which Falco does not list. */
#define LABEL_INTERNAL   "io.kubernetes."
#define LABEL_CRI        "io.cri-containerd."
#define LABEL_ANNOTATION "annotation."

static const struct container *of(const struct event_view *view)
{
	return view->container;
}

/* The host is no container: it has none of the runtime's facts. */
static bool is_host(const struct event_view *view)
{
	return of(view)->kind == CONTAINER_HOST;
}

/* A container that could not be named never looks like the host. */
const char *view_container_id(const struct container *container)
{
	if (container->kind == CONTAINER_HOST)
		return "host";
	return container->id[0] ? container->id : "unknown";
}

static bool get_id(const struct event_view *view, const struct field_ref *ref, struct value *out)
{
	(void)ref;
	return value_str(out, view_container_id(of(view)));
}

static bool get_full_id(const struct event_view *view, const struct field_ref *ref,
			struct value *out)
{
	(void)ref;
	return value_str(out, is_host(view) ? "host" : of(view)->full_id);
}

static bool get_name(const struct event_view *view, const struct field_ref *ref, struct value *out)
{
	(void)ref;
	return value_str(out, is_host(view) ? "host" : of(view)->name);
}

static bool get_type(const struct event_view *view, const struct field_ref *ref, struct value *out)
{
	(void)ref;
	return value_str(out, is_host(view) ? "host" : of(view)->type);
}

static bool get_image(const struct event_view *view, const struct field_ref *ref, struct value *out)
{
	(void)ref;
	return value_str(out, of(view)->image);
}

static bool get_image_id(const struct event_view *view, const struct field_ref *ref,
			 struct value *out)
{
	(void)ref;
	return value_str(out, of(view)->image_id);
}

static bool get_repository(const struct event_view *view, const struct field_ref *ref,
			   struct value *out)
{
	(void)ref;
	return value_str(out, of(view)->image_repository);
}

static bool get_tag(const struct event_view *view, const struct field_ref *ref, struct value *out)
{
	(void)ref;
	return value_str(out, of(view)->image_tag);
}

static bool get_digest(const struct event_view *view, const struct field_ref *ref,
		       struct value *out)
{
	(void)ref;
	return value_str(out, of(view)->image_digest);
}

static bool get_bundle(const struct event_view *view, const struct field_ref *ref,
		       struct value *out)
{
	(void)ref;
	return value_str(out, of(view)->bundle);
}

static bool get_user(const struct event_view *view, const struct field_ref *ref, struct value *out)
{
	(void)ref;
	return value_str(out, of(view)->user);
}

static bool get_k8s_container(const struct event_view *view, const struct field_ref *ref,
			      struct value *out)
{
	(void)ref;
	return value_str(out, of(view)->k8s_container_name);
}

static bool get_pod_name(const struct event_view *view, const struct field_ref *ref,
			 struct value *out)
{
	(void)ref;
	return value_str(out, of(view)->pod_name);
}

static bool get_pod_ns(const struct event_view *view, const struct field_ref *ref,
		       struct value *out)
{
	(void)ref;
	return value_str(out, of(view)->pod_ns);
}

static bool get_pod_uid(const struct event_view *view, const struct field_ref *ref,
			struct value *out)
{
	(void)ref;
	return value_str(out, of(view)->pod_uid);
}

static bool get_full_sandbox_id(const struct event_view *view, const struct field_ref *ref,
				struct value *out)
{
	(void)ref;
	return value_str(out, of(view)->pod_sandbox_id);
}

static bool get_privileged(const struct event_view *view, const struct field_ref *ref,
			   struct value *out)
{
	(void)ref;
	return !is_host(view) && of(view)->privileged >= 0 && value_bool(out, of(view)->privileged);
}

static bool get_readonly_rootfs(const struct event_view *view, const struct field_ref *ref,
				struct value *out)
{
	(void)ref;
	return !is_host(view) && of(view)->rootfs_readonly >= 0 &&
	       value_bool(out, of(view)->rootfs_readonly);
}

/* The first process tells, where it was seen: others may have gone elsewhere. */
static bool get_shared(const struct event_view *view, uint32_t ns, struct value *out)
{
	const struct container_facts *facts = &of(view)->facts;
	uint32_t shared = facts->is_seen ? facts->ns_host : ~view->rec->hdr->ns_differs;

	return !is_host(view) && value_bool(out, (shared & ns) != 0);
}

static bool get_host_pid(const struct event_view *view, const struct field_ref *ref,
			 struct value *out)
{
	(void)ref;
	return get_shared(view, BW_NS_PID, out);
}

static bool get_host_network(const struct event_view *view, const struct field_ref *ref,
			     struct value *out)
{
	(void)ref;
	return get_shared(view, BW_NS_NET, out);
}

static bool get_host_ipc(const struct event_view *view, const struct field_ref *ref,
			 struct value *out)
{
	(void)ref;
	return get_shared(view, BW_NS_IPC, out);
}

static bool get_caps(const struct event_view *view, const struct field_ref *ref, struct value *out)
{
	(void)ref;
	return of(view)->facts.has_caps &&
	       value_str(out, names_caps(view->scratch, of(view)->facts.caps));
}

static bool get_seccomp(const struct event_view *view, const struct field_ref *ref,
			struct value *out)
{
	static const char *const names[] = { "disabled", "strict", "filter" };
	int8_t mode = of(view)->facts.seccomp;

	(void)ref;
	return mode >= 0 && (uint8_t)mode < sizeof(names) / sizeof(names[0]) &&
	       value_str(out, names[(uint8_t)mode]);
}

static bool get_no_new_privs(const struct event_view *view, const struct field_ref *ref,
			     struct value *out)
{
	(void)ref;
	return of(view)->facts.no_new_privs >= 0 && value_bool(out, of(view)->facts.no_new_privs);
}

static bool get_memory_limit(const struct event_view *view, const struct field_ref *ref,
			     struct value *out)
{
	(void)ref;
	return of(view)->memory_limit && value_uint(out, of(view)->memory_limit);
}

static bool get_pids_limit(const struct event_view *view, const struct field_ref *ref,
			   struct value *out)
{
	(void)ref;
	return of(view)->pids_limit && value_uint(out, of(view)->pids_limit);
}

static bool get_is_rootless(const struct event_view *view, const struct field_ref *ref,
			    struct value *out)
{
	(void)ref;
	return of(view)->kind == CONTAINER_KNOWN && value_bool(out, of(view)->is_rootless);
}

#define DANGERS_MAX_BYTES ((size_t)16 * 1024)

static bool get_dangers(const struct event_view *view, const struct field_ref *ref,
			struct value *out)
{
	struct buf buf;
	const char *text;

	(void)ref;
	if (of(view)->kind != CONTAINER_KNOWN)
		return false;
	buf_init(&buf, DANGERS_MAX_BYTES);
	danger_add(of(view), &buf);
	text = arena_strndup(view->scratch, buf.data, buf.len);
	buf_done(&buf);
	return value_str(out, text);
}

static bool get_pod_ip(const struct event_view *view, const struct field_ref *ref,
		       struct value *out)
{
	(void)ref;
	return value_str(out, of(view)->pod_ip);
}

/* Containers of a pod share its address. */
static bool get_ip(const struct event_view *view, const struct field_ref *ref, struct value *out)
{
	(void)ref;
	return value_str(out, of(view)->ip ? of(view)->ip : of(view)->pod_ip);
}

static bool get_cni(const struct event_view *view, const struct field_ref *ref, struct value *out)
{
	(void)ref;
	return value_str(out, of(view)->cni_json);
}

static bool get_pod_cni(const struct event_view *view, const struct field_ref *ref,
			struct value *out)
{
	(void)ref;
	return (of(view)->pod_sandbox_id || of(view)->is_sandbox) &&
	       value_str(out, of(view)->cni_json);
}

static bool get_is_runtime(const struct event_view *view, const struct field_ref *ref,
			   struct value *out)
{
	(void)ref;
	return value_bool(out, view->is_runtime);
}

static bool get_sandbox_id(const struct event_view *view, const struct field_ref *ref,
			   struct value *out)
{
	const char *id = of(view)->pod_sandbox_id;

	(void)ref;
	return id && value_str(out, arena_strndup(view->scratch, id, strnlen(id, SHORT_ID_LEN)));
}

static bool get_is_sandbox(const struct event_view *view, const struct field_ref *ref,
			   struct value *out)
{
	(void)ref;
	return value_bool(out, of(view)->is_sandbox);
}

static bool get_resolution(const struct event_view *view, const struct field_ref *ref,
			   struct value *out)
{
	static const char *const names[] = {
		[CONTAINER_HOST] = "host",
		[CONTAINER_KNOWN] = "known",
		[CONTAINER_UNKNOWN] = "unknown",
	};

	(void)ref;
	if (of(view)->is_partial)
		return value_str(out, "partial");
	return value_str(out, names[of(view)->kind]);
}

static bool get_start_ts(const struct event_view *view, const struct field_ref *ref,
			 struct value *out)
{
	(void)ref;
	return of(view)->start_ns &&
	       value_uint(out, of(view)->start_ns + view->host->epoch_offset_ns);
}

static bool get_duration(const struct event_view *view, const struct field_ref *ref,
			 struct value *out)
{
	uint64_t start = of(view)->start_ns;
	uint64_t now = view->rec->hdr->time_ns;

	(void)ref;
	return start && value_uint(out, now > start ? now - start : 0);
}

static const char *or_empty(const char *s)
{
	return s ? s : "";
}

static void add_mount(struct scratch_text *text, const struct container_mount *mount)
{
	scratch_add(text, or_empty(mount->source));
	scratch_add(text, ":");
	scratch_add(text, or_empty(mount->dest));
	scratch_add(text, ":");
	scratch_add(text, or_empty(mount->mode));
	scratch_add(text, mount->rdwr ? ":true:" : ":false:");
	scratch_add(text, or_empty(mount->propagation));
}

#define TEXT_MAX ((size_t)64 * 1024)

static bool get_mounts(const struct event_view *view, const struct field_ref *ref,
		       struct value *out)
{
	struct scratch_text text;

	(void)ref;
	if (of(view)->kind != CONTAINER_KNOWN)
		return false;
	scratch_init(&text, view->scratch, TEXT_MAX);
	for (uint32_t i = 0; i < of(view)->n_mounts; i++) {
		if (i > 0)
			scratch_add(&text, ",");
		add_mount(&text, &of(view)->mounts[i]);
	}
	return value_str(out, scratch_end(&text));
}

/* By index, or the first whose source (`by_dest`: destination) the argument matches. */
static const struct container_mount *find_mount(const struct event_view *view,
						const struct field_ref *ref, bool by_dest)
{
	const struct container *container = of(view);
	char *pattern;

	if (ref->has_index)
		return ref->index < container->n_mounts ? &container->mounts[ref->index] : NULL;
	pattern = arena_strndup(view->scratch, ref->arg, ref->arg_len);
	if (!pattern)
		return NULL;
	for (uint32_t i = 0; i < container->n_mounts; i++) {
		const struct container_mount *mount = &container->mounts[i];

		if (fnmatch(pattern, or_empty(by_dest ? mount->dest : mount->source), 0) == 0)
			return mount;
	}
	return NULL;
}

static bool get_mount(const struct event_view *view, const struct field_ref *ref, struct value *out)
{
	const struct container_mount *mount = find_mount(view, ref, false);
	struct scratch_text text;

	if (!mount)
		return false;
	scratch_init(&text, view->scratch, TEXT_MAX);
	add_mount(&text, mount);
	return value_str(out, scratch_end(&text));
}

static bool get_mount_source(const struct event_view *view, const struct field_ref *ref,
			     struct value *out)
{
	const struct container_mount *mount = find_mount(view, ref, true);

	return mount && value_str(out, mount->source);
}

static bool get_mount_dest(const struct event_view *view, const struct field_ref *ref,
			   struct value *out)
{
	const struct container_mount *mount = find_mount(view, ref, false);

	return mount && value_str(out, mount->dest);
}

static bool get_mount_mode(const struct event_view *view, const struct field_ref *ref,
			   struct value *out)
{
	const struct container_mount *mount = find_mount(view, ref, false);

	return mount && value_str(out, mount->mode);
}

static bool get_mount_rdwr(const struct event_view *view, const struct field_ref *ref,
			   struct value *out)
{
	const struct container_mount *mount = find_mount(view, ref, false);

	return mount && value_str(out, mount->rdwr ? "true" : "false");
}

static bool get_mount_propagation(const struct event_view *view, const struct field_ref *ref,
				  struct value *out)
{
	const struct container_mount *mount = find_mount(view, ref, false);

	return mount && value_str(out, mount->propagation);
}

/* Labels of the container or of its pod. */
struct labels {
	const struct container_label *at;
	uint32_t n;
};

static struct labels labels_of(const struct event_view *view)
{
	return (struct labels){ of(view)->labels, of(view)->n_labels };
}

/* Of engines that keep them nowhere else they are those of the pod's sandbox. */
static struct labels pod_labels_of(const struct event_view *view)
{
	if (!of(view)->n_pod_labels && of(view)->is_sandbox)
		return labels_of(view);
	return (struct labels){ of(view)->pod_labels, of(view)->n_pod_labels };
}

static bool find_label(struct labels labels, const struct field_ref *ref, struct value *out)
{
	for (uint32_t i = 0; i < labels.n; i++) {
		const char *key = labels.at[i].key;

		if (strlen(key) == ref->arg_len && memcmp(key, ref->arg, ref->arg_len) == 0)
			return value_str(out, labels.at[i].value);
	}
	return false;
}

static bool is_listed(const struct container_label *label)
{
	return strncmp(label->key, LABEL_INTERNAL, strlen(LABEL_INTERNAL)) != 0 &&
	       strncmp(label->key, LABEL_CRI, strlen(LABEL_CRI)) != 0 &&
	       strncmp(label->key, LABEL_ANNOTATION, strlen(LABEL_ANNOTATION)) != 0;
}

static bool join_labels(const struct event_view *view, struct labels labels, struct value *out)
{
	struct scratch_text text;

	scratch_init(&text, view->scratch, TEXT_MAX);
	for (uint32_t i = 0; i < labels.n; i++) {
		const struct container_label *label = &labels.at[i];

		if (!is_listed(label))
			continue;
		if (text.len > 0)
			scratch_add(&text, ", ");
		scratch_add(&text, label->key);
		if (label->value && label->value[0]) {
			scratch_add(&text, ":");
			scratch_add(&text, label->value);
		}
	}
	return value_str(out, scratch_end(&text));
}

static bool get_label(const struct event_view *view, const struct field_ref *ref, struct value *out)
{
	return find_label(labels_of(view), ref, out);
}

static bool get_labels(const struct event_view *view, const struct field_ref *ref,
		       struct value *out)
{
	(void)ref;
	return of(view)->kind == CONTAINER_KNOWN && join_labels(view, labels_of(view), out);
}

static bool get_pod_label(const struct event_view *view, const struct field_ref *ref,
			  struct value *out)
{
	return find_label(pod_labels_of(view), ref, out);
}

static bool get_pod_labels(const struct event_view *view, const struct field_ref *ref,
			   struct value *out)
{
	struct labels labels = pod_labels_of(view);

	(void)ref;
	return labels.n && join_labels(view, labels, out);
}

#define MOUNT_ARG (FIELD_ARG_REQUIRED | FIELD_ARG_INDEX | FIELD_ARG_KEY)
#define LABEL_ARG (FIELD_ARG_REQUIRED | FIELD_ARG_KEY | FIELD_ARG_DOT)

static const struct field fields[] = {
	{ "container.id", FIELD_STRING, 0,
	  "First 12 characters of the container's id; host outside of containers.", get_id },
	{ "container.full_id", FIELD_STRING, 0, "The whole id.", get_full_id },
	{ "container.name", FIELD_STRING, 0, "Name of the container; host outside.", get_name },
	{ "container.image", FIELD_STRING, 0, "Image as the runtime wrote it.", get_image },
	{ "container.image.id", FIELD_STRING, 0, "Id of the image.", get_image_id },
	{ "container.type", FIELD_STRING, 0,
	  "Runtime: docker, containerd, cri-o, podman, lxc, systemd-nspawn, runc, crun …",
	  get_type },
	{ "container.privileged", FIELD_BOOL, 0, "Container is privileged.", get_privileged },
	{ "container.mounts", FIELD_STRING, 0,
	  "Mounts as source:dest:mode:rdwr:propagation, joined by commas.", get_mounts },
	{ "container.mount", FIELD_STRING, MOUNT_ARG,
	  "The n-th mount or that of a source, as in container.mounts.", get_mount },
	{ "container.mount.source", FIELD_STRING, MOUNT_ARG,
	  "Source of the n-th mount or of that at a destination.", get_mount_source },
	{ "container.mount.dest", FIELD_STRING, MOUNT_ARG,
	  "Destination of the n-th mount or of that of a source.", get_mount_dest },
	{ "container.mount.mode", FIELD_STRING, MOUNT_ARG,
	  "Options of the n-th mount or of that of a source.", get_mount_mode },
	{ "container.mount.rdwr", FIELD_STRING, MOUNT_ARG, "true if that mount can be written.",
	  get_mount_rdwr },
	{ "container.mount.propagation", FIELD_STRING, MOUNT_ARG, "Propagation of that mount.",
	  get_mount_propagation },
	{ "container.image.repository", FIELD_STRING, 0, "Image without tag and digest.",
	  get_repository },
	{ "container.image.tag", FIELD_STRING, 0, "Tag of the image.", get_tag },
	{ "container.image.digest", FIELD_STRING, 0, "Digest of the image.", get_digest },
	{ "container.healthcheck", FIELD_STRING, FIELD_UNFILLED, "No longer filled.", NULL },
	{ "container.liveness_probe", FIELD_STRING, FIELD_UNFILLED, "No longer filled.", NULL },
	{ "container.readiness_probe", FIELD_STRING, FIELD_UNFILLED, "No longer filled.", NULL },
	{ "container.start_ts", FIELD_ABSTIME, 0,
	  "Start of the container, nanoseconds since the epoch.", get_start_ts },
	{ "container.duration", FIELD_RELTIME, 0, "Time since container.start_ts.", get_duration },
	{ "container.ip", FIELD_STRING, 0,
	  "Address of the container or of its pod: IPv4 if it has one.", get_ip },
	{ "container.cni.json", FIELD_STRING, 0,
	  "What the network plugins (CNI) set up, as JSON: by interface; of CRI-O as they told it.",
	  get_cni },
	{ "container.host_pid", FIELD_BOOL, 0, "Container shares the host's pid namespace.",
	  get_host_pid },
	{ "container.host_network", FIELD_BOOL, 0, "Container shares the host's network.",
	  get_host_network },
	{ "container.host_ipc", FIELD_BOOL, 0, "Container shares the host's ipc namespace.",
	  get_host_ipc },
	{ "container.label", FIELD_STRING, LABEL_ARG, "Value of one label.", get_label },
	{ "container.labels", FIELD_STRING, 0, "Labels as key:value, joined by commas and blanks.",
	  get_labels },
	{ "container.resolution", FIELD_STRING, FIELD_OWN,
	  "host, known, partial (the id alone: its runtime's files could not be read) or unknown "
	  "(in a container that could not be named).",
	  get_resolution },
	{ "container.readonly_rootfs", FIELD_BOOL, FIELD_OWN, "Root file system is read-only.",
	  get_readonly_rootfs },
	{ "container.bundle", FIELD_STRING, FIELD_OWN, "Directory of the OCI bundle on the host.",
	  get_bundle },
	{ "container.user", FIELD_STRING, FIELD_OWN,
	  "User of the first process as the runtime was told.", get_user },
	{ "container.is_sandbox", FIELD_BOOL, FIELD_OWN, "Container is a pod's pause container.",
	  get_is_sandbox },
	{ "container.is_rootless", FIELD_BOOL, FIELD_OWN,
	  "Made by a user other than root, on whose word its id, name and image rest.",
	  get_is_rootless },
	{ "container.caps", FIELD_STRING, FIELD_OWN,
	  "Capabilities that its first process can at most have, joined by blanks.", get_caps },
	{ "container.seccomp", FIELD_STRING, FIELD_OWN,
	  "disabled, strict or filter: what confines the system calls of its first process.",
	  get_seccomp },
	{ "container.no_new_privs", FIELD_BOOL, FIELD_OWN,
	  "Its processes cannot gain privileges by an exec.", get_no_new_privs },
	{ "container.memory_limit", FIELD_UINT64, FIELD_OWN,
	  "Bytes of memory that its runtime allows.", get_memory_limit },
	{ "container.pids_limit", FIELD_UINT64, FIELD_OWN,
	  "Number of processes that its runtime allows.", get_pids_limit },
	{ "container.dangers", FIELD_STRING, FIELD_OWN,
	  "What lets it reach its host, joined by commas: privileged, host_pid, host_network, "
	  "host_ipc, runtime_socket, mount:PATH, cap:NAME, no_seccomp, writable_rootfs.",
	  get_dangers },
	{ "proc.is_container_runtime", FIELD_BOOL, FIELD_OWN,
	  "Process runs the own program of a container runtime (runc, crun, conmon, a shim …) or "
	  "its copy in memory, started outside of containers: told by file and ancestry.",
	  get_is_runtime },
	{ "k8s.container.name", FIELD_STRING, FIELD_OWN, "Name of the container in its pod.",
	  get_k8s_container },
	{ "k8s.pod.name", FIELD_STRING, 0, "Name of the pod.", get_pod_name },
	{ "k8s.ns.name", FIELD_STRING, 0, "Kubernetes namespace of the pod.", get_pod_ns },
	{ "k8s.pod.id", FIELD_STRING, 0, "As k8s.pod.uid.", get_pod_uid },
	{ "k8s.pod.uid", FIELD_STRING, 0, "Uid of the pod.", get_pod_uid },
	{ "k8s.pod.sandbox_id", FIELD_STRING, 0,
	  "First 12 characters of the id of the pod's sandbox.", get_sandbox_id },
	{ "k8s.pod.full_sandbox_id", FIELD_STRING, 0, "The whole id of it.", get_full_sandbox_id },
	{ "k8s.pod.label", FIELD_STRING, LABEL_ARG, "Value of one label of the pod.",
	  get_pod_label },
	{ "k8s.pod.labels", FIELD_STRING, 0, "Labels of the pod, as container.labels.",
	  get_pod_labels },
	{ "k8s.pod.ip", FIELD_STRING, 0, "Address of the pod.", get_pod_ip },
	{ "k8s.pod.cni.json", FIELD_STRING, 0, "As container.cni.json, of a pod.", get_pod_cni },
	{ "k8s.rc.name", FIELD_STRING, FIELD_UNFILLED, "No longer filled by Falco.", NULL },
	{ "k8s.rc.id", FIELD_STRING, FIELD_UNFILLED, "No longer filled by Falco.", NULL },
	{ "k8s.rc.label", FIELD_STRING, FIELD_UNFILLED | LABEL_ARG, "No longer filled by Falco.",
	  NULL },
	{ "k8s.rc.labels", FIELD_STRING, FIELD_UNFILLED, "No longer filled by Falco.", NULL },
	{ "k8s.svc.name", FIELD_STRING, FIELD_UNFILLED, "No longer filled by Falco.", NULL },
	{ "k8s.svc.id", FIELD_STRING, FIELD_UNFILLED, "No longer filled by Falco.", NULL },
	{ "k8s.svc.label", FIELD_STRING, FIELD_UNFILLED | LABEL_ARG, "No longer filled by Falco.",
	  NULL },
	{ "k8s.svc.labels", FIELD_STRING, FIELD_UNFILLED, "No longer filled by Falco.", NULL },
	{ "k8s.rs.name", FIELD_STRING, FIELD_UNFILLED, "No longer filled by Falco.", NULL },
	{ "k8s.rs.id", FIELD_STRING, FIELD_UNFILLED, "No longer filled by Falco.", NULL },
	{ "k8s.rs.label", FIELD_STRING, FIELD_UNFILLED | LABEL_ARG, "No longer filled by Falco.",
	  NULL },
	{ "k8s.rs.labels", FIELD_STRING, FIELD_UNFILLED, "No longer filled by Falco.", NULL },
	{ "k8s.deployment.name", FIELD_STRING, FIELD_UNFILLED, "No longer filled by Falco.", NULL },
	{ "k8s.deployment.id", FIELD_STRING, FIELD_UNFILLED, "No longer filled by Falco.", NULL },
	{ "k8s.deployment.label", FIELD_STRING, FIELD_UNFILLED | LABEL_ARG,
	  "No longer filled by Falco.", NULL },
	{ "k8s.deployment.labels", FIELD_STRING, FIELD_UNFILLED, "No longer filled by Falco.",
	  NULL },
	{ "k8s.ns.id", FIELD_STRING, FIELD_UNFILLED, "No longer filled by Falco.", NULL },
	{ "k8s.ns.label", FIELD_STRING, FIELD_UNFILLED | LABEL_ARG, "No longer filled by Falco.",
	  NULL },
	{ "k8s.ns.labels", FIELD_STRING, FIELD_UNFILLED, "No longer filled by Falco.", NULL },
};

const struct field_family field_family_container = FIELD_FAMILY(fields);
