#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# usage: test-names.sh BUILD-DIR
#
# Host names that rules compare with: those of /etc/hosts hold from the first event on and follow
# its changes, a name server that does not answer holds up neither the start nor the end, and a
# replay knows what the live run knew.
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/live/lib.sh
. "$here/lib.sh"

live_init "$@"
real_agent=$agent
# More names that nobody knows than there are look-ups at once, before the one that counts.
cat >"$work/names.yaml" <<-END
	- rule: Others
	  desc: d
	  condition: evt.type = connect and fd.sip.name in (slow.test, $(seq -s, -f 'slow%.0f.test' 40))
	  output: others %proc.cmdline
	  priority: ERROR
	- rule: Named
	  desc: d
	  condition: evt.type = connect and fd.sip.name in (slow.test, server.test)
	  output: named %proc.cmdline %fd.sip.name %fd.rip.name %fd.cip.name
	  priority: ERROR
	- rule: Other
	  desc: d
	  condition: evt.type = connect and fd.sip.name != server.test
	  output: other %proc.cmdline %fd.sip.name
	  priority: ERROR
END
echo '198.51.100.7 server.test' >"$work/hosts"
# Nobody answers there, and who waits for it waits long.
printf '%s\n' 'nameserver 192.0.2.1' 'options timeout:30 attempts:3' >"$work/resolv.conf"
agent_with_hosts "$work/hosts" "$work/resolv.conf"

# connects MARK ADDRESS: by UDP, which needs no answer.
connects() {
	unshare -n sh -c "ip link set lo up; ip route add 198.51.100.0/24 dev lo
		exec '$deed' mark '$1' -- connect-udp $2 4713"
}

# shellcheck disable=SC2317 # called by wait_for
follows() {
	connects later- 198.51.100.8
	sleep 0.5
	[ -n "$(alerts out.json '.rule == "Named" and has_mark("later-")')" ]
}

begun=$SECONDS
start_agent out.json --rules "$sentinel_rules" --rules "$work/names.yaml" --all-matches --output json \
	--record "$work/names.bw" || exit 1
ok 'the start does not wait for a name server' test $((SECONDS - begun)) -lt 20
connects first- 198.51.100.7
connects other- 198.51.100.8
# Looked up again after 10 s, or a while later on a busy machine.
echo '198.51.100.8 server.test' >>"$work/hosts"
ok 'a change of /etc/hosts is seen' wait_for 60 follows
sentinel out.json
begun=$SECONDS
stop_agent
ok 'nor does the end' test "$agent_status" = 0 -a $((SECONDS - begun)) -lt 10

has_alert 'a name of /etc/hosts holds at once' '.rule == "Named" and has_mark("first-") and
	.output_fields["fd.sip.name"] == "server.test" and .output_fields["fd.rip.name"] == "server.test" and
	.output_fields["fd.cip.name"] == null'
no_alert 'an address that has the name is not another' '.rule == "Other" and has_mark("first-")'
has_alert 'an address without a name is not the name' '.rule == "Other" and has_mark("other-") and
	.output_fields["fd.sip.name"] == null'
no_alert 'nor does it have it' '.rule == "Named" and has_mark("other-")'
judge out.json
ok 'the name that nobody knows is told once, with its rule' \
	test "$(grep -c "cannot look up 'slow.test' of rule 'Others'" "$work/out.json.err")" = 1
ok 'and counted at the end' grep -q ': host names in rules: 42, 41 not known' "$work/out.json.err"
"$real_agent" replay "$work/names.bw" --rules "$sentinel_rules" --rules "$work/names.yaml" --all-matches \
	--output json >"$work/again.json" 2>"$work/again.err"
ok 'a replay gives the same alerts' cmp "$work/out.json" "$work/again.json"
live_end
