#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# usage: test-aliases.sh BUILD-DIR
#
# A rule that asserts a path means the file by whatever name it is reached, on the host and in a
# container; where a rule denies a path, a link buys no exemption. By default the first match answers, but
# the name of a link does not choose it; an event that needs too much memory is told of.
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/live/lib.sh
. "$here/lib.sh"
# shellcheck source=tests/live/runtimes.sh
. "$here/runtimes.sh"

# shellcheck disable=SC2317 # called by the trap
test_cleanup() { rm -f "/run/bw-alias-$$"; }

live_init "$@"
[ -e /etc/shadow ] || skip_all 'no /etc/shadow'
[ "$(realpath /bin /var/run | paste -sd,)" = /usr/bin,/run ] || skip_all 'no merged /usr and /run'
mkdir "$work/rt" "$work/tmp" "$work/sub"
echo >"/run/bw-alias-$$"
echo >"$work/secret"
echo >"$work/tmp/real"
ln -s /etc/shadow "$work/link"
ln -s /etc/passwd "$work/linked"
ln -s "$work/secret" "$work/tmp/secret"
ln -s "$deed" "$work/run-by-link"
cat >"$work/aliases.yaml" <<EOR
- macro: opened
  condition: (evt.type in (open, openat, openat2) and evt.res = SUCCESS and proc.args contains "alias-$$-")
- list: links
  items: [$work/link, /opt/link]
- rule: Link
  desc: the name of a link
  condition: opened and fd.name in (links)
  output: "%fd.name names=%fd.name.alias command=%proc.cmdline container=%container.id"
  priority: NOTICE
- rule: Own Program
  desc: as upstream asks for an entrypoint that is changed
  condition: opened and (fd.name=/proc/self/exe or fd.name startswith /proc/self/fd/)
  output: "%fd.name names=%fd.name.alias command=%proc.cmdline container=%container.id"
  priority: NOTICE
- rule: Bin
  desc: merged /usr
  condition: opened and fd.directory = /bin and fd.filename = env
  output: "%fd.name names=%fd.name.alias command=%proc.cmdline container=%container.id"
  priority: NOTICE
- rule: Run
  desc: merged /run
  condition: opened and fd.name startswith /var/run/bw-alias
  output: "%fd.name names=%fd.name.alias command=%proc.cmdline container=%container.id"
  priority: NOTICE
- rule: Not in Tmp
  desc: a link must not exempt
  condition: opened and fd.name startswith $work/ and not fd.name startswith $work/tmp
  output: "%fd.name names=%fd.name.alias command=%proc.cmdline container=%container.id"
  priority: NOTICE
- rule: Run by Link
  desc: the name that a program was executed by
  condition: >
    evt.type in (execve, execveat) and evt.res = SUCCESS and proc.args contains "alias-$$-"
    and proc.exepath in ($work/run-by-link, /opt/run-by-link)
  output: "%proc.exepath names=%proc.exepath.alias command=%proc.cmdline container=%container.id"
  priority: NOTICE
EOR
start_agent out.json --rules "$sentinel_rules" --rules "$work/aliases.yaml" --rule-matching all || exit 1

# fires RULE DESC NAME DEED..., silent RULE DESC DEED...: NAME is the file's own.
n=0
fires() {
	local rule=$1 desc=$2 name=$3
	shift 3
	n=$((n + 1))
	"$deed" mark "alias-$$-$n-" -- "$@" || tap 1 "$desc: the deed failed"
	has_alert "$rule: $desc" ".rule == \"$rule\" and has_mark(\"alias-$$-$n-\")
		and .output_fields[\"fd.name\"] == \"$name\" and .output_fields[\"container.id\"] == \"host\""
}

silent() {
	local rule=$1 desc=$2
	shift 2
	n=$((n + 1))
	"$deed" mark "alias-$$-$n-" -- "$@" || tap 1 "$desc: the deed failed"
	no_alert "$rule: $desc is silent" ".rule == \"$rule\" and has_mark(\"alias-$$-$n-\")"
}

fires Link 'its name' /etc/shadow openat "$work/link" r
fires Link 'relative to the working directory' /etc/shadow chdir "$work/sub" -- openat ../link r
fires Link 'not cleaned' /etc/shadow openat "$work//sub/.././link" r
fires Link openat2 /etc/shadow openat2 "$work/link" r
silent Link 'the file itself' openat /etc/shadow r
silent Link 'another link' openat "$work/linked" r
fires 'Own Program' /proc/self/exe "$deed" openat /proc/self/exe r
fires 'Own Program' /proc/thread-self/exe "$deed" openat /proc/thread-self/exe r
silent 'Own Program' 'the same by its own name' openat "$deed" r
silent 'Own Program' 'that of another' openat "/proc/$$/exe" r
fires Bin /bin /usr/bin/env openat /bin/env r
fires Bin /usr/bin /usr/bin/env openat /usr/bin/env r
silent Bin 'another file there' openat /usr/bin/id r
fires Run /var/run "/run/bw-alias-$$" openat "/var/run/bw-alias-$$" r
fires Run /run "/run/bw-alias-$$" openat "/run/bw-alias-$$" r
fires 'Not in Tmp' 'through a link in tmp' "$work/secret" openat "$work/tmp/secret" r
fires 'Not in Tmp' 'the file itself' "$work/secret" openat "$work/secret" r
silent 'Not in Tmp' 'a file in tmp' openat "$work/tmp/real" r

"$work/run-by-link" mark "alias-$$-exec-"
has_alert 'Run by Link: its name' ".rule == \"Run by Link\" and has_mark(\"alias-$$-exec-\")
	and .output_fields[\"proc.exepath\"] == \"$deed\""
"$deed" mark "alias-$$-plain-"
no_alert 'Run by Link: the program itself is silent' ".rule == \"Run by Link\" and has_mark(\"alias-$$-plain-\")"

rt_init "$work/rt"
if rt_have runc; then
	# A container's /run and /usr are its own; here they are merged by links.
	rt_bundle box -- /bin/sh -c "
		ln -s ../run /var/run; ln -s /etc/hidden /opt/link; ln -s /deed /opt/run-by-link
		/deed mark alias-$$-box-link- -- openat /opt/link r
		/deed mark alias-$$-box-file- -- openat /etc/hidden r
		/deed mark alias-$$-box-self- -- openat /proc/self/exe r
		/deed mark alias-$$-box-other- -- openat /proc/1/exe r
		/deed mark alias-$$-box-bin- -- openat /usr/bin/env r
		/deed mark alias-$$-box-run- -- openat /var/run/bw-alias r
		/deed mark alias-$$-box-own-run- -- openat /run/bw-alias r
		/opt/run-by-link mark alias-$$-box-exec-"
	for file in deed etc/hidden usr/bin/env run/bw-alias var/x opt/x; do
		rt_file box "$file" <"$deed"
	done
	rt_run runc box >/dev/null 2>&1 || tap 1 'the container ran to its end'
	# boxed RULE MARK: it alerts, and tells the container.
	boxed() {
		has_alert "$1: in a container, $2" ".rule == \"$1\" and has_mark(\"alias-$$-box-$2-\")
			and .output_fields[\"container.id\"] != \"host\""
	}
	boxed Link link
	boxed 'Own Program' self
	boxed Bin bin
	boxed Run run
	boxed Run own-run
	boxed 'Run by Link' exec
	no_alert 'Link: in a container, the file itself is silent' ".rule == \"Link\" and has_mark(\"alias-$$-box-file-\")"
	no_alert 'Own Program: in a container, that of another is silent' \
		".rule == \"Own Program\" and has_mark(\"alias-$$-box-other-\")"
else
	echo "ok - in a container # SKIP $rt_why"
fi

sentinel out.json
stop_agent
judge out.json

start_agent off.json --rules "$sentinel_rules" --rules "$work/aliases.yaml" --rule-matching all --twins off || exit 1
"$deed" mark "alias-$$-off-" -- openat "$work/link" r -- openat /usr/bin/env r -- openat /proc/self/exe r
"$deed" mark "alias-$$-off-file-" -- openat "$work/secret" r
sentinel off.json
stop_agent
no_alert '--twins off takes paths by the letter' "(.rule == \"Link\" or .rule == \"Bin\" or .rule == \"Own Program\")
	and has_mark(\"alias-$$-off-\")"
has_alert '--twins off leaves the rest' ".rule == \"Not in Tmp\" and has_mark(\"alias-$$-off-file-\")"
judge off.json

{
	cat <<-EOR
		- rule: Decoy
		  desc: what the link is called
		  condition: evt.type = openat and fd.name = $work/link
		  output: "%fd.name command=%proc.cmdline"
		  priority: NOTICE
		- rule: Deed
		  desc: what is done
		  condition: evt.type = openat and fd.name = /etc/shadow and proc.args contains alias-$$-
		  output: "%fd.name command=%proc.cmdline"
		  priority: CRITICAL
		- rule: Late
		  desc: matches both, too late
		  condition: evt.type = openat and fd.filename in (shadow, link) and proc.args contains alias-$$-
		  output: "%fd.name command=%proc.cmdline"
		  priority: CRITICAL
	EOR
	for ((i = 0; i < 3000; i++)); do
		echo "- {rule: Room $i, desc: d, output: o, priority: INFO, condition: 'evt.type = openat
			and proc.args contains alias-$$-room- and toupper(evt.args) contains x$i'}"
	done
} >"$work/first.yaml"
long=$(printf '/%s' {1..18} | sed "s/[0-9]*/$(printf '%200s' '' | tr ' ' d)/g")
# shellcheck disable=SC2317 # called by wait_for
told() { grep -qF 'events filled their memory' "$work/first.json.err"; }
start_agent first.json --rules "$sentinel_rules" --rules "$work/first.yaml" || exit 1
"$deed" mark "alias-$$-first-" -- openat "$work/link" r
"$deed" mark "alias-$$-room-" -- openat "$long" r
wait_for 10 told
ok 'an event that fills its memory is told of while we watch' told
sentinel first.json
stop_agent
has_alert 'a link: the rule for its name alerts' ".rule == \"Decoy\" and has_mark(\"alias-$$-first-\")"
has_alert 'a link: the rule for the file alerts all the same' ".rule == \"Deed\" and has_mark(\"alias-$$-first-\")"
no_alert 'a link: there the search ends' ".rule == \"Late\" and has_mark(\"alias-$$-first-\")"
judge first.json
live_end
