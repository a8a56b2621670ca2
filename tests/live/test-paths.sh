#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# usage: test-paths.sh BUILD-DIR
#
# Whatever name leads to a file, and whatever call opens it: fd.name is the file's own.
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/live/lib.sh
. "$here/lib.sh"

live_init "$@"
[ -e /etc/shadow ] || skip_all 'no /etc/shadow'
ln -s /etc/shadow "$work/link"
ln -s /etc "$work/dir"
mkdir -p "$work/deep/er"
cat >"$work/paths.yaml" <<'EOR'
- rule: Shadow
  desc: The file is opened.
  condition: >
    evt.type in (open, openat, openat2, creat, open_by_handle_at) and fd.name = /etc/shadow and evt.res = SUCCESS
  output: opened %fd.name given=%fd.nameraw type=%evt.type command=%proc.cmdline
  priority: NOTICE
EOR
start_agent out.json --rules "$sentinel_rules" --rules "$work/paths.yaml" || exit 1

n=0
# opens DESC CALL NAME-AS-GIVEN PROGRAM DEED...
opens() {
	local desc=$1 call=$2 given=$3 program=$4
	shift 4
	n=$((n + 1))
	if ! "$program" mark "path-$$-$n-" -- "$@" 2>/dev/null; then
		tap 1 "$desc: the deed failed"
		return
	fi
	has_alert "$desc" "has_mark(\"path-$$-$n-\") and .output_fields[\"fd.name\"] == \"/etc/shadow\"
		and .output_fields[\"evt.type\"] == \"$call\" and .output_fields[\"fd.nameraw\"] == \"$given\""
}

cd "$work/deep" || exit 1
# Newer architectures have no open(2).
case $(uname -m) in
x86_64 | i?86 | armv*) open=open ;;
*) open=openat ;;
esac
opens 'its own name, open' "$open" /etc/shadow "$deed" open /etc/shadow r
opens 'its own name, openat' openat /etc/shadow "$deed" openat /etc/shadow r
opens 'its own name, openat2' openat2 /etc/shadow "$deed" openat2 /etc/shadow r
opens 'symbolic link' openat "$work/link" "$deed" openat "$work/link" r
opens 'symbolic link to the directory' openat "$work/dir/../etc/shadow" "$deed" openat "$work/dir/../etc/shadow" r
opens 'relative to the working directory' openat ../link "$deed" openat ../link r
opens 'relative to another directory' openat shadow "$deed" openat-dirfd /etc shadow r
opens 'relative to another directory, upwards' openat ../etc/./shadow "$deed" openat-dirfd /usr ../etc/./shadow r
opens '/proc/self/root' openat /proc/self/root/etc/shadow "$deed" openat /proc/self/root/etc/shadow r
opens '/proc/self/cwd' openat /proc/self/cwd/shadow "$deed" chdir /etc -- openat /proc/self/cwd/shadow r
opens '/proc/PID/root of another process' openat "/proc/$$/root/etc/shadow" "$deed" openat "/proc/$$/root/etc/shadow" r
opens 'doubled slashes' openat /etc/shadow "$deed" openat //etc///shadow r
opens 'to write' "$open" /etc/shadow "$deed" open /etc/shadow rw

# A handle needs CAP_DAC_READ_SEARCH and a file system that gives them.
if "$deed" open-by-handle /etc/shadow /etc r; then
	n=$((n + 1))
	"$deed" mark "path-$$-$n-" -- open-by-handle /etc/shadow /etc r
	has_alert 'open_by_handle_at' "has_mark(\"path-$$-$n-\") and .output_fields[\"evt.type\"] == \"open_by_handle_at\""
else
	echo 'ok - open_by_handle_at # SKIP no handles here'
fi

if { "$deed32" mark x; } 2>/dev/null; then
	opens '32-bit caller, open' open /etc/shadow "$deed32" open /etc/shadow r
	opens '32-bit caller, openat2' openat2 /etc/shadow "$deed32" openat2 /etc/shadow r
	opens '32-bit caller, symbolic link' openat "$work/link" "$deed32" openat "$work/link" r
else
	echo 'ok - 32-bit caller # SKIP this kernel runs no 32-bit programs'
fi
if { "$deed" int80-open /etc/shadow r; } 2>/dev/null; then
	opens 'int 0x80 of a 64-bit program' open /etc/shadow "$deed" int80-open /etc/shadow r
else
	echo 'ok - int 0x80 # SKIP this kernel has no 32-bit calls'
fi

# The twin: a name that looks like it, a file that is not.
mkdir -p "$work/etc"
cp /etc/passwd "$work/etc/shadow"
"$deed" mark "path-$$-twin-" -- openat "$work/etc/shadow" r -- openat-dirfd "$work/etc" shadow r
no_alert 'another file of that name is not it' "has_mark(\"path-$$-twin-\")"

sentinel out.json
stop_agent
judge out.json
live_end
