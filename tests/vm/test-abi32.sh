#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# usage: test-abi32.sh BUILD-DIR
#
# What a caller of the 32-bit ABI does is the same event as anybody's, with another evt.abi.
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/live/lib.sh
. "$here/../live/lib.sh"

live_init "$@"
old32=$work/old32
[ -e "$1/deeds/old32" ] || skip_all 'no 32-bit programs for this architecture'
cp "$1/deeds/old32" "$old32" || exit 1
if ! "$deed32" mark x; then
	tap 1 'a 32-bit program runs on this kernel'
	live_end
fi
tap 0 'a 32-bit program runs on this kernel'

ln -s /etc/shadow "$work/link"
cat >"$work/abi.yaml" <<'END'
- rule: Opened
  desc: The file is opened.
  condition: evt.type in (open, openat, openat2, creat) and fd.name in (/etc/shadow, /etc/made)
  output: opened %fd.name given=%fd.nameraw type=%evt.type abi=%evt.abi res=%evt.res command=%proc.cmdline
  priority: NOTICE
- rule: Executed
  desc: A deed is executed.
  condition: evt.type in (execve, execveat) and proc.name startswith deed
  output: executed %proc.exepath type=%evt.type abi=%evt.abi res=%evt.res parent=%proc.pname command=%proc.cmdline
  priority: NOTICE
- rule: Connected
  desc: Somebody connects.
  condition: evt.type = connect
  output: connected %fd.sip:%fd.sport type=%evt.type abi=%evt.abi res=%evt.res command=%proc.cmdline
  priority: NOTICE
- rule: Became
  desc: Ids change.
  condition: evt.type in (setuid, setresuid, setreuid, setgid, setfsuid, capset)
  output: became %user.uid type=%evt.type abi=%evt.abi res=%evt.res command=%proc.cmdline
  priority: NOTICE
END
start_agent out.json --rules "$sentinel_rules" --rules "$work/abi.yaml" || exit 1

n=0
# does DESC RULE CALL FILTER PROGRAM ARGS...: the deed by the 32-bit ABI, and what its alert says.
does() {
	local desc=$1 rule=$2 call=$3 filter=$4 program=$5
	shift 5
	n=$((n + 1))
	case $program in
	"$old32") "$program" "$@" "abi-$$-$n-" ;;
	*) "$program" mark "abi-$$-$n-" -- "$@" ;;
	esac
	case $?:$desc in
	0:* | *:*refused*) ;;
	*)
		tap 1 "$desc: the deed failed"
		return
		;;
	esac
	has_alert "$desc" "has_mark(\"abi-$$-$n-\") and .rule == \"$rule\"
		and .output_fields[\"evt.type\"] == \"$call\" and .output_fields[\"evt.abi\"] == \"${abi-compat32}\"
		and ($filter)"
}

# opens DESC CALL NAME-AS-GIVEN PROGRAM ARGS...
opens() {
	does "$1" Opened "$2" ".output_fields[\"fd.name\"] == \"/etc/shadow\" and .output_fields[\"evt.res\"] == \"SUCCESS\"
		and .output_fields[\"fd.nameraw\"] == \"$3\"" "${@:4}"
}

opens 'open' open /etc/shadow "$deed32" open /etc/shadow r
opens 'openat' openat /etc/shadow "$deed32" openat /etc/shadow r
opens 'openat2' openat2 /etc/shadow "$deed32" openat2 /etc/shadow r
opens 'open to write' open /etc/shadow "$deed32" open /etc/shadow rw
opens 'a symbolic link' openat "$work/link" "$deed32" openat "$work/link" r
opens 'relative to a directory' openat shadow "$deed32" openat-dirfd /etc shadow r
opens '/proc/self/root' open /proc/self/root/etc/shadow "$deed32" open /proc/self/root/etc/shadow r
opens 'int 0x80 of a 64-bit program' open /etc/shadow "$deed" int80-open /etc/shadow r
does 'creat' Opened creat '.output_fields["fd.name"] == "/etc/made"' "$deed32" creat /etc/made
does 'open that is refused' Opened open '.output_fields["evt.res"] == "EACCES"' \
	"$deed32" setuid 1000 -- fails EACCES open /etc/shadow r
abi=native opens 'open of a 64-bit program' open /etc/shadow "$deed" open /etc/shadow r

ip addr add 203.0.113.7/32 dev lo
ip -6 addr add 2001:db8::7/128 dev lo nodad
does 'connect over IPv4' Connected connect \
	'.output_fields["fd.sip"] == "203.0.113.7" and .output_fields["fd.sport"] == 4711' \
	"$deed32" fails ECONNREFUSED connect 203.0.113.7 4711
does 'connect over IPv6' Connected connect \
	'.output_fields["fd.sip"] == "2001:db8::7" and .output_fields["fd.sport"] == 4712' \
	"$deed32" fails ECONNREFUSED connect 2001:db8::7 4712
does 'connect by socketcall, refused' Connected connect \
	'.output_fields["fd.sip"] == "203.0.113.7" and .output_fields["fd.sport"] == 4713
		and .output_fields["evt.res"] == "ECONNREFUSED"' "$old32" connect 203.0.113.7 4713

does 'setuid' Became setuid '.output_fields["user.uid"] == 1000' "$deed32" setuid 1000
does 'setresuid' Became setresuid '.output_fields["user.uid"] == 1001' "$deed32" setresuid 1001 1001 1001
does 'setuid that is refused' Became setuid '.output_fields["evt.res"] == "EPERM"' \
	"$deed32" setuid 1000 -- fails EPERM setuid 0
does 'setuid with 16 bits' Became setuid '.output_fields["user.uid"] == 1000' "$old32" setuid 1000
does 'setresuid with 16 bits' Became setresuid '.output_fields["user.uid"] == 1000' "$old32" setresuid 1000 1000 1000
does 'capset' Became capset 'true' "$deed32" capset 7

# What came before an exec shows at a tracepoint of Linux 6.10 alone.
if grep -q sched_prepare_exec /sys/kernel/tracing/available_events; then
	does 'exec of a 64-bit program by a 32-bit one' Executed execve \
		"(.output_fields[\"proc.cmdline\"] | startswith(\"deed mark\")) and .output_fields[\"proc.pname\"] == \"deed32\"" \
		"$deed32" spawn "$deed" mark "abi-$$-$((n + 1))-"
else
	echo 'ok - exec of a 64-bit program by a 32-bit one # SKIP this kernel does not tell the ABI of an exec'
fi
abi=native does 'exec of a 32-bit program by a 64-bit one' Executed execve \
	"(.output_fields[\"proc.cmdline\"] | startswith(\"deed32 mark\")) and .output_fields[\"proc.pname\"] == \"deed\"" \
	"$deed" spawn "$deed32" mark "abi-$$-$((n + 1))-"
does 'exec that is refused' Executed execve '.output_fields["evt.res"] == "ENOENT"' \
	"$deed32" fails ENOENT exec /no/such/program "abi-$$-$((n + 1))-"

sentinel out.json
stop_agent
judge out.json
live_end
