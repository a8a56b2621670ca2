# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# Library for live tests: containers by real runtimes, without network and without a trace.
# Source it from bash, as root.  The agent under test runs outside of all of it.
#
#   rt_init DIR           Everything goes below DIR, an existing empty directory.  Makes the
#                         busybox image.  The caller removes DIR, behind rt_cleanup.
#   rt_have KIND          True when KIND can be run here; else rt_why holds the reason.
#   rt_bundle NAME [JQ] -- CMD...
#                         A container to be: CMD is its argv, JQ a filter over the OCI
#                         config.json ("." when left out), for instance
#                           '.root.readonly=true'
#                           '.process.user={uid:1000,gid:1000}'
#                           '.process.capabilities |= map_values(. + ["CAP_SETUID"])'
#                           '.mounts += [{destination:"/x",type:"bind",source:"/y",options:["bind","ro"]}]'
#                           'del(.linux.namespaces[] | select(.type=="network"))'
#                         The root is an overlay (image below, tmpfs above), writable unless the
#                         filter says otherwise; capabilities are those of Docker's default.
#   rt_file NAME PATH     Copies standard input into the image of NAME before it is started
#                         (mode 755), so that a test can bring its own program.
#   rt_run KIND NAME      Runs it in the foreground; standard streams and status are the container's
#                         (of cri they go to a log of its own, and the status is 0).
#   rt_start KIND NAME    Starts it in the background and waits until its command was executed.
#   rt_exec KIND NAME CMD...
#                         Runs CMD in a container that rt_start left running.
#   rt_stop KIND NAME     Ends it.
#   rt_id KIND NAME       Prints the full id of a container; of podman*, docker and cri behind
#                         rt_run or rt_start only.
#   rt_cleanup            Ends all that was started: call it from a trap on EXIT.  Until then what
#                         runs in the background holds the standard output of the test.
#
# KIND:
#   runc       hybrid: cgroup v2 and v1 at once
#   runc_v2    a view of the system with cgroup v2 alone
#   runc_v1    a view with cgroup v1 alone: the v2 id of its events is the root's
#   crun_v2, crun_v1
#   podman, ctr, docker, cri
#              an image container: of rt_bundle only CMD counts; options go into the
#              array RT_OPTS (for instance RT_OPTS=(--privileged))
#   lxc, nspawn
#              a system container without a system: of rt_bundle only CMD counts; nspawn takes
#              RT_OPTS
#   podman_rootless
#              podman as a user who is not root: no cgroup of its own
# For runc and crun the container's name is its id, its network namespace is its own with lo up,
# and the runtime lives in a private mount and network namespace.
#
# Every function prints why it failed to standard error and returns non-zero.

RT_OPTS=()
rt_lib=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
rt_pids=()
rt_kept=()
rt_why=
rt_had_cni=
RT_IMAGE=docker.io/library/bwbox:1.35

rt_fail() {
	echo "runtimes: $*" >&2
	return 1
}

# rt_wait SECONDS COMMAND...: until it succeeds.
rt_wait() {
	local end=$((SECONDS + $1))
	shift
	until "$@" >/dev/null 2>&1; do
		[ "$SECONDS" -lt "$end" ] || return 1
		sleep 0.05
	done
}

rt_init() {
	local applet
	rt_dir=$(cd "$1" && pwd) || return 1
	[ ! -d /var/lib/cni ] || rt_had_cni=yes
	rt_tag=bw$$
	mkdir -p "$rt_dir"/{image,b,run}
	mkdir -p "$rt_dir"/image/{bin,dev,etc,proc,root,run,sys,tmp,usr/bin,usr/lib,var/log}
	chmod 1777 "$rt_dir/image/tmp"
	cp "$(command -v busybox)" "$rt_dir/image/bin/busybox" || return 1
	for applet in $(busybox --list); do
		[ "$applet" = busybox ] || ln -sf busybox "$rt_dir/image/bin/$applet"
	done
	printf 'root:x:0:0:root:/root:/bin/sh\napp:x:1000:1000:app:/tmp:/bin/sh\n' \
		>"$rt_dir/image/etc/passwd"
	printf 'root:x:0:\napp:x:1000:\n' >"$rt_dir/image/etc/group"
	printf 'root:*:19000:0:99999:7:::\n' >"$rt_dir/image/etc/shadow"
	chmod 600 "$rt_dir/image/etc/shadow"
}

rt_have() {
	local tool need
	case $1 in
	runc | runc_v2 | runc_v1) need='runc jq busybox' ;;
	crun_v2 | crun_v1) need='crun jq busybox' ;;
	podman) need='podman conmon runc jq busybox' ;;
	ctr) need='containerd ctr runc jq busybox' ;;
	cri) need='containerd ctr runc jq busybox curl python3' ;;
	docker) need='dockerd docker containerd runc jq busybox' ;;
	lxc) need='lxc-start lxc-attach busybox jq' ;;
	nspawn) need='systemd-nspawn nsenter busybox jq' ;;
	podman_rootless) need='podman conmon runc newuidmap setpriv jq busybox' ;;
	*)
		rt_why="unknown runtime '$1'"
		return 1
		;;
	esac
	for tool in $need; do
		if ! command -v "$tool" >/dev/null; then
			rt_why="no $tool"
			return 1
		fi
	done
	case $1 in
	runc_v1 | crun_v1)
		grep -q ' - cgroup ' /proc/self/mountinfo || {
			rt_why='no cgroup v1 here'
			return 1
		}
		;;
	cri)
		[ -x /usr/lib/cni/bridge ] || {
			rt_why='no CNI plugins'
			return 1
		}
		;;
	esac
}

rt_bundle() {
	local name=$1 filter=. dir argv
	shift
	if [ "$1" != -- ]; then
		filter=$1
		shift
	fi
	[ "${1-}" = -- ] || rt_fail "usage: rt_bundle NAME [JQ] -- CMD..." || return
	shift
	dir=$rt_dir/b/$name
	mkdir -p "$dir"/{rootfs,rw,add} || return
	printf '%s\0' "$@" >"$dir/argv"
	# An x before each: jq would take "-c" for itself.
	argv=$(jq -nc '[$ARGS.positional[] | .[1:]]' --args "${@/#/x}") || return
	rt_spec "$dir" || return
	jq --argjson argv "$argv" --arg name "$name" --arg path "/$rt_tag/$name" '
		.process.terminal = false
		| .process.args = $argv
		| .process.noNewPrivileges = false
		| .process.capabilities = (["CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FSETID",
			"CAP_FOWNER", "CAP_MKNOD", "CAP_NET_RAW", "CAP_SETGID", "CAP_SETUID",
			"CAP_SETFCAP", "CAP_SETPCAP", "CAP_NET_BIND_SERVICE", "CAP_SYS_CHROOT",
			"CAP_KILL", "CAP_AUDIT_WRITE"] as $caps
			| {bounding: $caps, effective: $caps, permitted: $caps})
		| del(.process.rlimits)
		| .root = {path: "rootfs", readonly: false}
		| .hostname = $name
		| .linux.cgroupsPath = $path
		| '"$filter" <"$dir/spec.json" >"$dir/config.json" || rt_fail "bad filter '$filter'"
}

# The runtime's own idea of a configuration, as a start.
rt_spec() {
	local tool=runc
	command -v runc >/dev/null || tool=crun
	rm -f "$1/config.json"
	"$tool" spec --bundle "$1" 2>/dev/null || (cd "$1" && "$tool" spec) || return
	mv "$1/config.json" "$1/spec.json"
}

rt_file() {
	local to=$rt_dir/b/$1/add/$2
	mkdir -p "$(dirname "$to")" || return
	cat >"$to" && chmod 755 "$to"
}

rt_id() {
	case $1 in
	runc* | crun* | ctr | lxc | nspawn) printf '%s-%s-%s\n' "$rt_tag" "${1//_/-}" "$2" ;;
	podman* | docker | cri) cat "$rt_dir/run/$1-$2.id" && echo ;;
	esac
}

# rt_view KIND NAME COMMAND...: in private namespaces, with the root of NAME mounted and the
# hierarchies that KIND wants.  The script gets: kind, bundle, image, command.
rt_view() {
	local kind=$1 name=$2
	shift 2
	# shellcheck disable=SC2016 # expanded by the inner shell
	unshare -m -n --propagation private sh -c '
		set -e
		kind=$1 bundle=$2 image=$3
		shift 3
		ip link set lo up
		if [ -n "$bundle" ]; then
			mount -t tmpfs -o mode=755 tmpfs "$bundle/rw"
			mkdir "$bundle/rw/upper" "$bundle/rw/work"
			mount -t overlay -o "lowerdir=$bundle/add:$image,upperdir=$bundle/rw/upper,workdir=$bundle/rw/work" \
				overlay "$bundle/rootfs"
		fi
		case $kind in
		*_v2)
			umount -R /sys/fs/cgroup 2>/dev/null || umount -l /sys/fs/cgroup
			mount -t cgroup2 cgroup2 /sys/fs/cgroup
			;;
		*_v1)
			[ ! -d /sys/fs/cgroup/unified ] || umount /sys/fs/cgroup/unified
			;;
		esac
		exec "$@"
	' rt_view "$kind" "${name:+$rt_dir/b/$name}" "$rt_dir/image" "$@"
}

# Device rules on v2 are an eBPF program, which crun loads under a raised RLIMIT_MEMLOCK; not
# everybody may raise it.
rt_fit() {
	local dir=$rt_dir/b/$2
	[ "$1" = crun_v2 ] || return 0
	jq 'del(.linux.resources)' "$dir/config.json" >"$dir/config.new" &&
		mv "$dir/config.new" "$dir/config.json"
}

rt_argv() {
	rt_args=()
	mapfile -d '' -t rt_args <"$rt_dir/b/$1/argv"
}

rt_run() {
	local kind=$1 name=$2 id
	local remove=(--rm)
	[ "${rt_stays-}" != yes ] || remove=()
	rt_have "$kind" || rt_fail "$rt_why" || return
	rt_argv "$name" || return
	case $kind in
	runc* | crun*)
		id=$(rt_id "$kind" "$name")
		rt_fit "$kind" "$name" || return
		rt_kept+=("$kind $id")
		rt_view "$kind" "$name" "${kind%_*}" run --bundle "$rt_dir/b/$name" "$id"
		;;
	podman)
		rt_podman_up || return
		rm -f "$rt_dir/run/podman-$name.id"
		rt_podman run "${remove[@]}" --name "$rt_tag-$name" --cidfile "$rt_dir/run/podman-$name.id" \
			"${RT_OPTS[@]}" "$RT_IMAGE" "${rt_args[@]}"
		;;
	ctr)
		rt_containerd_up || return
		rt_ctr default run "${remove[@]}" "${RT_OPTS[@]}" "$RT_IMAGE" "$(rt_id ctr "$name")" "${rt_args[@]}"
		;;
	docker)
		rt_docker_up || return
		rm -f "$rt_dir/run/docker-$name.id"
		rt_docker run "${remove[@]}" --name "$rt_tag-$name" --cidfile "$rt_dir/run/docker-$name.id" \
			"${RT_OPTS[@]}" "$RT_IMAGE" "${rt_args[@]}"
		;;
	lxc)
		rt_box_dir lxc "$name" || return
		rt_inside lx lxc-start -P "$rt_dir/lxc" -n "$(rt_id lxc "$name")" -F
		;;
	nspawn)
		rt_box_dir nspawn "$name" || return
		rt_nspawn "$name" "${rt_args[@]}"
		;;
	podman_rootless)
		rt_rootless_up || return
		rm -f "$rt_dir/run/podman_rootless-$name.id"
		rt_rootless run "${remove[@]}" --name "$rt_tag-$name" \
			--cidfile "$rt_dir/rl/$name.id" "${RT_OPTS[@]}" "$RT_IMAGE" "${rt_args[@]}" || return
		cp "$rt_dir/rl/$name.id" "$rt_dir/run/podman_rootless-$name.id"
		;;
	cri)
		rt_start cri "$name" || return
		rt_wait 20 rt_cri_over "$name"
		rt_stop cri "$name"
		;;
	esac
}

rt_start() {
	local kind=$1 name=$2 pid
	case $kind in
	runc* | crun*)
		# The subshell's own list is lost.
		rt_kept+=("$kind $(rt_id "$kind" "$name")")
		rt_run "$kind" "$name" </dev/null &
		pid=$!
		rt_pids+=("$pid")
		until rt_is_running "$kind" "$name"; do
			kill -0 "$pid" 2>/dev/null || rt_fail "$kind: '$name' does not stay" || return
			sleep 0.05
		done
		;;
	lxc)
		rt_argv "$name" && rt_box_dir lxc "$name" || return
		rt_inside lx lxc-start -P "$rt_dir/lxc" -n "$(rt_id lxc "$name")" -d </dev/null >/dev/null || return
		;;
	nspawn)
		rt_argv "$name" && rt_box_dir nspawn "$name" || return
		rt_nspawn "$name" "${rt_args[@]}" </dev/null >/dev/null &
		rt_pids+=($!)
		rt_wait 10 rt_nspawn_pid "$name"
		;;
	podman* | docker | ctr)
		local RT_OPTS=(--detach "${RT_OPTS[@]}") rt_stays=yes
		rt_run "$kind" "$name" >/dev/null
		;;
	cri)
		rt_containerd_up && rt_argv "$name" || return
		rt_cri start "$rt_tag-$name" "$RT_IMAGE" "${rt_args[@]}" >"$rt_dir/run/cri-$name.both" || return
		sed -n 's/^container //p' "$rt_dir/run/cri-$name.both" |
			tr -d '\n' >"$rt_dir/run/cri-$name.id"
		;;
	esac
}

rt_is_running() {
	[ "$(rt_view "$1" '' "${1%_*}" state "$(rt_id "$1" "$2")" 2>/dev/null | jq -r .status)" = running ]
}

rt_exec() {
	local kind=$1 name=$2
	shift 2
	case $kind in
	runc* | crun*) rt_view "$kind" '' "${kind%_*}" exec "$(rt_id "$kind" "$name")" "$@" ;;
	lxc) rt_inside lx lxc-attach -P "$rt_dir/lxc" -n "$(rt_id lxc "$name")" -- "$@" ;;
	nspawn) nsenter -t "$(rt_nspawn_pid "$name")" -m -p -n -u -i -- "$@" ;;
	podman_rootless) rt_rootless exec "$rt_tag-$name" "$@" ;;
	podman) rt_podman exec "$rt_tag-$name" "$@" ;;
	docker) rt_docker exec "$rt_tag-$name" "$@" ;;
	ctr) rt_ctr default task exec --exec-id "x$RANDOM" "$(rt_id ctr "$name")" "$@" ;;
	cri) rt_ctr k8s.io task exec --exec-id "x$RANDOM" "$(rt_id cri "$name")" "$@" ;;
	esac
}

rt_stop() {
	local kind=$1 name=$2
	case $kind in
	runc* | crun*) rt_end "$kind" "$(rt_id "$kind" "$name")" ;;
	lxc) rt_inside lx lxc-stop -P "$rt_dir/lxc" -n "$(rt_id lxc "$name")" -k ;;
	nspawn)
		kill -KILL "$(rt_nspawn_pid "$name")" && rt_wait 10 rt_nspawn_over "$name"
		;;
	podman_rootless) rt_rootless rm -f -t 0 "$rt_tag-$name" >/dev/null ;;
	podman) rt_podman rm -f -t 0 "$rt_tag-$name" >/dev/null ;;
	docker) rt_docker rm -f "$rt_tag-$name" >/dev/null ;;
	ctr)
		rt_ctr default task kill -s KILL "$(rt_id ctr "$name")"
		rt_wait 10 rt_ctr default task delete "$(rt_id ctr "$name")"
		rt_ctr default container delete "$(rt_id ctr "$name")"
		;;
	cri) rt_cri stop "$(sed -n 's/^sandbox //p' "$rt_dir/run/cri-$name.both")" ;;
	esac
}

# rt_end KIND ID: the runtime that runs it in the foreground deletes it, else we do.
rt_end() {
	local tool=${1%_*}
	rt_view "$1" '' "$tool" kill "$2" KILL 2>/dev/null
	rt_wait 5 test ! -e "/run/$tool/$2" || rt_view "$1" '' "$tool" delete --force "$2"
}

# The image as an OCI layout that ctr, podman and docker load: $1 reference, $2 file, $3 argv as JSON.
rt_image_tar() {
	local dir=$rt_dir/oci layer config manifest
	rm -rf "$dir"
	mkdir -p "$dir/blobs/sha256"
	rt_blob() {
		local sum
		sum=$(sha256sum <"$dir/new" | cut -d' ' -f1)
		mv "$dir/new" "$dir/blobs/sha256/$sum"
		jq -nc --arg type "$1" --arg sum "$sum" --argjson size "$(stat -c %s "$dir/blobs/sha256/$sum")" \
			'{mediaType: $type, digest: ("sha256:" + $sum), size: $size}'
	}
	tar -C "$rt_dir/image" --sort=name --owner=0 --group=0 --numeric-owner -cf "$dir/new" . || return
	layer=$(rt_blob application/vnd.oci.image.layer.v1.tar)
	jq -nc --argjson layer "$layer" --argjson argv "$3" --arg arch "$(rt_arch)" '
		{architecture: $arch, os: "linux", config: {Cmd: $argv, Env: ["PATH=/bin"],
		 Labels: {"org.bpfwatch.test": "box"}}, rootfs: {type: "layers", diff_ids: [$layer.digest]}}' >"$dir/new"
	config=$(rt_blob application/vnd.oci.image.config.v1+json)
	jq -nc --argjson config "$config" --argjson layer "$layer" '
		{schemaVersion: 2, mediaType: "application/vnd.oci.image.manifest.v1+json", config: $config,
		 layers: [$layer]}' >"$dir/new"
	manifest=$(rt_blob application/vnd.oci.image.manifest.v1+json)
	jq -nc --argjson manifest "$manifest" --arg ref "$1" --arg arch "$(rt_arch)" '
		{schemaVersion: 2, manifests: [$manifest + {platform: {architecture: $arch, os: "linux"},
		 annotations: {"io.containerd.image.name": $ref, "org.opencontainers.image.ref.name": ($ref | split(":")[-1])}}]}' \
		>"$dir/index.json"
	jq -nc --argjson config "$config" --argjson layer "$layer" --arg ref "$1" '
		def file: "blobs/sha256/" + (.digest | ltrimstr("sha256:"));
		[{Config: ($config | file), RepoTags: [$ref], Layers: [$layer | file]}]' >"$dir/manifest.json"
	echo '{"imageLayoutVersion":"1.0.0"}' >"$dir/oci-layout"
	tar -C "$dir" -cf "$2" . && rm -rf "$dir"
}

rt_arch() {
	case $(uname -m) in
	x86_64) echo amd64 ;;
	aarch64) echo arm64 ;;
	*) uname -m ;;
	esac
}

rt_box() {
	[ -e "$rt_dir/box.tar" ] || rt_image_tar "$RT_IMAGE" "$rt_dir/box.tar" '["/bin/sh"]'
}

# Podman keeps its mounts in one namespace, which a sleeping process holds.
rt_podman_up() {
	[ ! -e "$rt_dir/pm/holder" ] || return 0
	rt_box || return
	mkdir -p "$rt_dir/pm/net.d"
	cat >"$rt_dir/pm/containers.conf" <<-END
		[containers]
		default_ulimits = ["nofile=1024:4096", "nproc=10000:10000"]
		netns = "none"
		log_driver = "k8s-file"
		[engine]
		cgroup_manager = "cgroupfs"
		events_logger = "file"
		runtime = "runc"
		[network]
		network_config_dir = "$rt_dir/pm/net.d"
	END
	rt_conflist bw-pm 10.88.76.0/24 >"$rt_dir/pm/net.d/10-bw.conflist"
	rt_hold pm || return
	rt_podman load -q -i "$rt_dir/box.tar" >/dev/null || rt_fail 'podman cannot load the image'
}

# rt_hold DIR: private mount and network namespaces; their holder's pid goes to DIR/holder.
rt_hold() {
	# shellcheck disable=SC2016 # expanded by the inner shell
	unshare -m -n --propagation private sh -c '
		ip link set lo up && echo $$ >"$1.new" && mv "$1.new" "$1" && exec sleep 100000
	' rt_hold "$rt_dir/$1/holder" </dev/null >/dev/null 2>&1 &
	rt_pids+=($!)
	rt_wait 10 test -e "$rt_dir/$1/holder" || rt_fail 'no namespaces'
}

rt_inside() {
	local dir=$1
	shift
	nsenter -t "$(cat "$rt_dir/$dir/holder")" -m -n -- "$@"
}

# rt_spawn DIR LOG COMMAND...: a daemon in the namespaces of DIR.  No function in between: the
# pid must be the daemon's.
rt_spawn() {
	local dir=$1 log=$2
	shift 2
	nsenter -t "$(cat "$rt_dir/$dir/holder")" -m -n -- "$@" </dev/null >"$log" 2>&1 &
	rt_pids+=($!)
}

rt_podman() {
	CONTAINERS_CONF=$rt_dir/pm/containers.conf rt_inside pm podman --root "$rt_dir/pm/root" \
		--runroot "$rt_dir/pm/run" --tmpdir "$rt_dir/pm/tmp" --storage-driver overlay "$@"
}

# A root of its own for lxc and nspawn, which know no layers, and what LXC wants beside it.
rt_box_dir() {
	local dir id
	id=$(rt_id "$1" "$2")
	dir=$rt_dir/$1/$id
	[ -e "$rt_dir/lx/holder" ] || { mkdir -p "$rt_dir/lx" && rt_hold lx; } || return
	mkdir -p "$dir" && cp -a "$rt_dir/image" "$dir/rootfs" || return
	[ "$1" = lxc ] || return 0
	[ -e "$rt_dir/run/pivot" ] || ls -d /sys/fs/cgroup/lxc.pivot /sys/fs/cgroup/*/lxc.pivot \
		>"$rt_dir/run/pivot" 2>/dev/null
	{
		# LXC takes a command line, not a list.
		printf '#!/bin/sh\nexec'
		printf ' %q' "${rt_args[@]}"
		echo
	} >"$dir/rootfs/init"
	chmod 755 "$dir/rootfs/init"
	cat >"$dir/config" <<-END
		lxc.uts.name = box
		lxc.rootfs.path = dir:$dir/rootfs
		lxc.net.0.type = empty
		lxc.mount.auto = proc:mixed sys:ro
		lxc.mount.entry = $rt_dir/image/tmp srv none bind,create=dir 0 0
		lxc.apparmor.profile = unchanged
		lxc.init.cmd = /init
	END
}

# It makes its cgroups where it is itself.
rt_nspawn() {
	local id
	id=$(rt_id nspawn "$1")
	shift
	# shellcheck disable=SC2016 # expanded by the inner shell
	rt_inside lx sh -c '
		id=$1 dir=$2 tag=$3
		shift 3
		for top in /sys/fs/cgroup /sys/fs/cgroup/unified /sys/fs/cgroup/systemd; do
			[ -e "$top/cgroup.procs" ] || continue
			mkdir -p "$top/$tag/$id" && echo $$ >"$top/$tag/$id/cgroup.procs" || exit
		done
		exec systemd-nspawn --quiet --register=no --keep-unit --private-network --as-pid2 \
			-M "$id" -D "$dir" "$@"
	' rt_nspawn "$id" "$rt_dir/nspawn/$id/rootfs" "$rt_tag" "${RT_OPTS[@]}" "$@"
}

# The first process in the container that systemd-nspawn runs.  Before it has a child, which
# --as-pid2 gives it, the container is still being made.
rt_nspawn_pid() {
	local id pid first
	id=$(rt_id nspawn "$1")
	id=${id%/}
	for pid in $(pgrep -f "^systemd-nspawn.* -M $id "); do
		for first in $(pgrep -P "$pid"); do
			grep -q '^NSpid:.*[[:space:]]1$' "/proc/$first/status" 2>/dev/null &&
				pgrep -P "$first" >/dev/null && echo "$first" && return
		done
	done
	return 1
}

# Its cgroups are gone when it has ended.
rt_nspawn_over() {
	! pgrep -f "^systemd-nspawn.* -M $(rt_id nspawn "$1") "
}

# A user without a name, with ids of its own below it.
rt_rootless_up() {
	[ ! -e "$rt_dir/rl/holder" ] || return 0
	rt_box || return
	mkdir -p "$rt_dir/rl"/{home,run,root,tmp}
	chmod 711 "$rt_dir" "$rt_dir/rl"
	cat >"$rt_dir/rl/containers.conf" <<-END
		[containers]
		netns = "none"
		log_driver = "k8s-file"
		default_ulimits = []
		[engine]
		cgroup_manager = "cgroupfs"
		events_logger = "file"
		runtime = "runc"
	END
	cp "$rt_dir/box.tar" "$rt_dir/rl/box.tar" && chmod 644 "$rt_dir/rl/box.tar"
	chown -R 61234:61234 "$rt_dir/rl"/{home,run,root,tmp}
	chown 61234 "$rt_dir/rl"
	rt_hold rl || return
	# shellcheck disable=SC2016 # expanded by the inner shell
	rt_inside rl sh -c '
		cp /etc/subuid "$1/subuid" && cp /etc/subgid "$1/subgid" && cp /etc/passwd "$1/passwd" &&
		echo bwuser:700000:65536 >>"$1/subuid" && echo bwuser:700000:65536 >>"$1/subgid" &&
		echo "bwuser:x:61234:61234::$1/home:/bin/sh" >>"$1/passwd" &&
		mount --bind "$1/subuid" /etc/subuid && mount --bind "$1/subgid" /etc/subgid &&
		mount --bind "$1/passwd" /etc/passwd' sh "$rt_dir/rl" || return
	rt_rootless load -q -i "$rt_dir/rl/box.tar" >/dev/null || rt_fail 'podman cannot load the image as a user'
}

rt_rootless() {
	rt_inside rl setpriv --reuid 61234 --regid 61234 --clear-groups env -i "PATH=$PATH" \
		"HOME=$rt_dir/rl/home" "XDG_RUNTIME_DIR=$rt_dir/rl/run" "CONTAINERS_CONF=$rt_dir/rl/containers.conf" \
		podman --root "$rt_dir/rl/root" --runroot "$rt_dir/rl/run/c" --tmpdir "$rt_dir/rl/tmp" "$@"
}

# rt_conflist NAME SUBNET: a network of CNI's plugins.
rt_conflist() {
	jq -n --arg name "$1" --arg subnet "$2" --arg dir "$rt_dir/ipam" '{cniVersion: "0.4.0", name: $name,
		plugins: [{type: "bridge", bridge: ("cni-" + $name), isGateway: true,
		ipam: {type: "host-local", dataDir: $dir, ranges: [[{subnet: $subnet}]],
		routes: [{dst: "0.0.0.0/0"}]}}]}'
}

rt_containerd_up() {
	local ns
	[ ! -e "$rt_dir/c/holder" ] || return 0
	rt_box || return
	mkdir -p "$rt_dir/c/net.d"
	rt_image_tar registry.k8s.io/pause:3.6 "$rt_dir/c/pause.tar" '["/bin/sleep","100000"]' || return
	rt_conflist bw 10.88.77.0/24 >"$rt_dir/c/net.d/10-bw.conflist"
	cat >"$rt_dir/c/config.toml" <<-END
		version = 2
		root = "$rt_dir/c/root"
		state = "$rt_dir/c/state"
		disabled_plugins = ["io.containerd.internal.v1.opt"]
		[grpc]
		address = "$rt_dir/c/sock"
		[plugins."io.containerd.grpc.v1.cri"]
		sandbox_image = "registry.k8s.io/pause:3.6"
		disable_apparmor = true
		restrict_oom_score_adj = true
		disable_hugetlb_controller = true
		[plugins."io.containerd.grpc.v1.cri".cni]
		bin_dir = "/usr/lib/cni"
		conf_dir = "$rt_dir/c/net.d"
	END
	rt_hold c || return
	# Where ctr looks for networks, and for their plugins.
	# shellcheck disable=SC2016 # expanded by the inner shell
	rt_inside c sh -c 'mkdir -p /etc/cni/net.d && mount --bind "$1" /etc/cni/net.d &&
		mount -t tmpfs tmpfs /opt && mkdir -p /opt/cni && ln -s /usr/lib/cni /opt/cni/bin' \
		sh "$rt_dir/c/net.d" || return
	rt_spawn c "$rt_dir/c/log" containerd -c "$rt_dir/c/config.toml"
	rt_wait 20 rt_ctr default version || rt_fail 'containerd does not start' || return
	for ns in default k8s.io; do
		rt_ctr "$ns" image import "$rt_dir/box.tar" >/dev/null &&
			rt_ctr "$ns" image import "$rt_dir/c/pause.tar" >/dev/null ||
			rt_fail 'containerd cannot import the image' || return
	done
}

rt_ctr() {
	local ns=$1
	shift
	rt_inside c ctr -a "$rt_dir/c/sock" -n "$ns" "$@"
}

rt_cri() {
	rt_inside c python3 "$rt_lib/cri_client.py" "$rt_dir/c/sock" "$rt_dir/c" "$@"
}

rt_cri_over() {
	[ "$(rt_ctr k8s.io task ls | awk -v id="$(rt_id cri "$1")" '$1 == id {print $3}')" = STOPPED ]
}

rt_docker_up() {
	[ ! -e "$rt_dir/d/holder" ] || return 0
	rt_box || return
	mkdir -p "$rt_dir/d"
	rt_hold d || return
	rt_runtime_wrapper >"$rt_dir/d/runc" && chmod 755 "$rt_dir/d/runc"
	rt_dockerd || return
	rt_docker load -q -i "$rt_dir/box.tar" >/dev/null || rt_fail 'docker cannot load the image'
}

# The daemon; its pid is the last of rt_pids.
rt_dockerd() {
	rt_spawn d "$rt_dir/d/log" dockerd --data-root "$rt_dir/d/data" --exec-root "$rt_dir/d/exec" \
		--pidfile "$rt_dir/d/pid" -H "unix://$rt_dir/d/sock" --storage-driver overlay2 \
		--oom-score-adjust 0 --bip 10.88.75.1/24 --iptables=false --ip-masq=false \
		--add-runtime "bw=$rt_dir/d/runc" --default-runtime bw
	rt_wait 30 rt_docker version || rt_fail 'dockerd does not start'
}

# A privileged container wants every capability; leave out what we have not got ourselves.
rt_runtime_wrapper() {
	cat <<-'END'
		#!/bin/sh
		bundle=$PWD last= making=
		for arg; do
			case $last in --bundle | -b) bundle=$arg ;; esac
			case $arg in
			create | run) making=1 ;;
			--bundle=*) bundle=${arg#*=} ;;
			esac
			last=$arg
		done
		if [ -n "$making" ] && ! capsh --has-p=cap_sys_resource 2>/dev/null; then
			jq -c 'if .process.capabilities then .process.capabilities |=
				map_values(map(select(. != "CAP_SYS_RESOURCE"))) else . end' \
				"$bundle/config.json" >"$bundle/config.bw" && cat "$bundle/config.bw" >"$bundle/config.json"
			rm -f "$bundle/config.bw"
		fi
		exec runc "$@"
	END
}

rt_docker() {
	rt_inside d docker -H "unix://$rt_dir/d/sock" "$@"
}

rt_remove_cgroup() {
	[ -d "$1" ] || return 0
	find "$1" -depth -type d -exec rmdir {} + 2>/dev/null
}

rt_cleanup() {
	local kept pid dir top
	[ -n "${rt_dir-}" ] || return 0
	for kept in "${rt_kept[@]}"; do
		[ ! -e "/run/${kept%%[_ ]*}/${kept#* }" ] || rt_end "${kept% *}" "${kept#* }" >/dev/null 2>&1
	done
	if [ -e "$rt_dir/pm/holder" ]; then
		rt_podman rm -f -a -t 0 >/dev/null 2>&1
	fi
	if [ -e "$rt_dir/rl/holder" ]; then
		rt_rootless rm -f -a -t 0 >/dev/null 2>&1
		rt_rootless system migrate >/dev/null 2>&1
	fi
	for dir in "$rt_dir"/lxc/*/; do
		[ ! -d "$dir" ] || rt_inside lx lxc-stop -P "$rt_dir/lxc" -n "$(basename "$dir")" -k >/dev/null 2>&1
	done
	for dir in "$rt_dir"/nspawn/*/; do
		[ ! -d "$dir" ] || kill -KILL "$(rt_nspawn_pid "${dir##*-nspawn-}")" 2>/dev/null
	done
	if [ -e "$rt_dir/d/holder" ]; then
		for pid in $(rt_docker ps -aq 2>/dev/null); do
			rt_docker rm -f "$pid" >/dev/null 2>&1
		done
	fi
	if [ -e "$rt_dir/c/holder" ]; then
		for dir in "$rt_dir"/run/cri-*.both; do
			[ ! -e "$dir" ] || rt_cri stop "$(sed -n 's/^sandbox //p' "$dir")" >/dev/null 2>&1
		done
		for dir in default k8s.io; do
			for pid in $(rt_ctr "$dir" task ls -q 2>/dev/null); do
				rt_ctr "$dir" task kill -s KILL "$pid" >/dev/null 2>&1
				rt_wait 5 rt_ctr "$dir" task delete "$pid"
			done
		done
	fi
	# Daemons last; the newest first, so that holders of namespaces outlive them.
	for ((pid = ${#rt_pids[@]} - 1; pid >= 0; pid--)); do
		kill "${rt_pids[pid]}" 2>/dev/null
		wait "${rt_pids[pid]}" 2>/dev/null
	done
	rt_pids=()
	rt_kept=()
	for top in /sys/fs/cgroup /sys/fs/cgroup/*; do
		for dir in "$rt_tag" docker default kubepods libpod_parent; do
			# A runtime that is still tidying up may be in the way.
			rt_wait 2 rt_remove_cgroup "$top/$dir"
		done
		# LXC leaves this one, for all its containers.
		if [ -e "$rt_dir/run/pivot" ] && ! grep -qxF "$top/lxc.pivot" "$rt_dir/run/pivot"; then
			rt_wait 2 rt_remove_cgroup "$top/lxc.pivot"
		fi
	done
	# ctr forgets what it asked for.
	rm -f "/var/lib/cni/results/"*"-$rt_tag-"*
	[ -n "$rt_had_cni" ] || rmdir /var/lib/cni/results /var/lib/cni 2>/dev/null
	# Runtimes in a view of v2 alone switch it on for all, and nobody can use it in v1 then.
	if [ -e /sys/fs/cgroup/unified/cgroup.subtree_control ]; then
		rt_wait 2 sh -c "echo -hugetlb >/sys/fs/cgroup/unified/cgroup.subtree_control"
	fi
	return 0
}
