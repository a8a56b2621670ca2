/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTAINER_ADDRESS_H
#define CONTAINER_ADDRESS_H

/* Addresses of containers, from what engines and network plugins (CNI) leave on disk. */
#include <cjson/cJSON.h>

/*
 * Take the address of "10.0.0.2" or "10.0.0.2/16 …" as *member, in the usual writing.  What is there already stays,
 * but IPv4 replaces IPv6; what is no address changes nothing.
 */
void address_take(char **member, const char *text);

/* A plugin's answer of any version: "ips" with "address", or "ip4" and "ip6" with "ip". */
void address_take_result(char **member, const cJSON *result);

/*
 * Look for what the plugins answered for container `id`, in the cache that their library keeps:
 * <network>-<id>-<interface> in a directory that all engines share.  `place` is the root of its
 * path.  *member is as in address_take(); *json becomes an object of the answers by interface.
 * Only so many files are opened.
 */
void address_find_results(int place, const char *id, char **member, char **json);

#endif /* CONTAINER_ADDRESS_H */
