// SPDX-License-Identifier: Apache-2.0
#include "rules/constant.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Falco's limit. */
#define STRING_BYTES_MAX 255

#define OP(op) (1U << (op))

#define EQUALITY (OP(COND_EXISTS) | OP(COND_EQ) | OP(COND_NE) | OP(COND_IN) | OP(COND_INTERSECTS))
#define ORDER    (OP(COND_LT) | OP(COND_LE) | OP(COND_GT) | OP(COND_GE))

static const struct {
	const char *name;
	uint32_t ops;
} families[FAMILY_MAX] = {
	[FAMILY_STRING] = { "string", EQUALITY | ORDER | OP(COND_GLOB) | OP(COND_IGLOB) |
					      OP(COND_CONTAINS) | OP(COND_ICONTAINS) |
					      OP(COND_STARTSWITH) | OP(COND_ENDSWITH) |
					      OP(COND_REGEX) | OP(COND_PMATCH) },
	[FAMILY_BYTES] = { "buffer", EQUALITY | OP(COND_CONTAINS) | OP(COND_STARTSWITH) |
					     OP(COND_ENDSWITH) | OP(COND_BCONTAINS) |
					     OP(COND_BSTARTSWITH) },
	[FAMILY_SIGNED] = { "numeric", EQUALITY | ORDER },
	[FAMILY_UNSIGNED] = { "numeric", EQUALITY | ORDER },
	[FAMILY_BOOL] = { "bool", EQUALITY },
	[FAMILY_IP] = { "ip address", EQUALITY },
	[FAMILY_NET] = { "ip network", EQUALITY },
};

static const struct {
	enum family family;
	unsigned int bits;
} types[FIELD_TYPE_MAX] = {
	[FIELD_STRING] = { FAMILY_STRING, 0 },     [FIELD_BYTES] = { FAMILY_BYTES, 0 },
	[FIELD_INT8] = { FAMILY_SIGNED, 8 },       [FIELD_INT16] = { FAMILY_SIGNED, 16 },
	[FIELD_INT32] = { FAMILY_SIGNED, 32 },     [FIELD_INT64] = { FAMILY_SIGNED, 64 },
	[FIELD_UINT8] = { FAMILY_UNSIGNED, 8 },    [FIELD_UINT16] = { FAMILY_UNSIGNED, 16 },
	[FIELD_UINT32] = { FAMILY_UNSIGNED, 32 },  [FIELD_UINT64] = { FAMILY_UNSIGNED, 64 },
	[FIELD_BOOL] = { FAMILY_BOOL, 0 },         [FIELD_PORT] = { FAMILY_UNSIGNED, 16 },
	[FIELD_RELTIME] = { FAMILY_UNSIGNED, 64 }, [FIELD_ABSTIME] = { FAMILY_UNSIGNED, 64 },
	[FIELD_IPADDR] = { FAMILY_IP, 0 },         [FIELD_IPNET] = { FAMILY_NET, 0 },
	[FIELD_DOUBLE] = { FAMILY_SIGNED, 64 },
};

/*
 * Names that rule files use for ports, from IANA's registry.  Not getservbyname():
 * what a rule means must not depend on the host's /etc/services.
 */
static const struct {
	const char *name;
	uint16_t port;
} ports[] = {
	{ "tcpmux", 1 },
	{ "echo", 7 },
	{ "discard", 9 },
	{ "systat", 11 },
	{ "daytime", 13 },
	{ "netstat", 15 },
	{ "chargen", 19 },
	{ "ftp-data", 20 },
	{ "ftp", 21 },
	{ "ssh", 22 },
	{ "telnet", 23 },
	{ "smtp", 25 },
	{ "time", 37 },
	{ "whois", 43 },
	{ "tacacs", 49 },
	{ "domain", 53 },
	{ "bootps", 67 },
	{ "bootpc", 68 },
	{ "tftp", 69 },
	{ "gopher", 70 },
	{ "finger", 79 },
	{ "http", 80 },
	{ "kerberos", 88 },
	{ "pop3", 110 },
	{ "sunrpc", 111 },
	{ "auth", 113 },
	{ "nntp", 119 },
	{ "ntp", 123 },
	{ "epmap", 135 },
	{ "netbios-ns", 137 },
	{ "netbios-dgm", 138 },
	{ "netbios-ssn", 139 },
	{ "imap2", 143 },
	{ "snmp", 161 },
	{ "snmp-trap", 162 },
	{ "bgp", 179 },
	{ "irc", 194 },
	{ "ldap", 389 },
	{ "https", 443 },
	{ "microsoft-ds", 445 },
	{ "kpasswd", 464 },
	{ "submissions", 465 },
	{ "isakmp", 500 },
	{ "exec", 512 },
	{ "login", 513 },
	{ "shell", 514 },
	{ "syslog", 514 },
	{ "printer", 515 },
	{ "submission", 587 },
	{ "ipp", 631 },
	{ "ldaps", 636 },
	{ "domain-s", 853 },
	{ "rsync", 873 },
	{ "ftps-data", 989 },
	{ "ftps", 990 },
	{ "telnets", 992 },
	{ "imaps", 993 },
	{ "pop3s", 995 },
	{ "socks", 1080 },
	{ "openvpn", 1194 },
	{ "ms-sql-s", 1433 },
	{ "ms-sql-m", 1434 },
	{ "radius", 1812 },
	{ "radius-acct", 1813 },
	{ "nfs", 2049 },
	{ "mysql", 3306 },
	{ "ms-wbt-server", 3389 },
	{ "svn", 3690 },
	{ "epmd", 4369 },
	{ "sip", 5060 },
	{ "sip-tls", 5061 },
	{ "xmpp-client", 5222 },
	{ "mdns", 5353 },
	{ "postgresql", 5432 },
	{ "amqps", 5671 },
	{ "amqp", 5672 },
	{ "x11", 6000 },
	{ "redis", 6379 },
	{ "ircs-u", 6697 },
	{ "http-alt", 8080 },
	{ "git", 9418 },
	{ "mongodb", 27017 },
};

__attribute__((format(printf, 2, 3))) static int refuse(struct cond_error *error, const char *fmt,
							...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(error->text, sizeof(error->text), fmt, ap);
	va_end(ap);
	return -EINVAL;
}

enum family family_of(enum field_type type)
{
	return types[type].family;
}

bool family_allows(enum family family, enum cond_op op)
{
	return (families[family].ops & OP(op)) != 0;
}

const char *family_name(enum family family)
{
	return families[family].name;
}

/* What sscanf("%d") reads, and nothing behind it.  *ret_size stops at UINT64_MAX. */
static bool parse_decimal(const char *s, bool *ret_negative, uint64_t *ret_size)
{
	uint64_t n = 0;

	while (*s == ' ' || (*s >= '\t' && *s <= '\r'))
		s++;
	*ret_negative = *s == '-';
	if (*s == '-' || *s == '+')
		s++;
	if (!*s)
		return false;
	for (; *s; s++) {
		if (*s < '0' || *s > '9')
			return false;
		if (__builtin_mul_overflow(n, 10, &n) ||
		    __builtin_add_overflow(n, (uint64_t)(*s - '0'), &n))
			return false;
	}
	*ret_size = n;
	return true;
}

/* A negative number means its two's complement in a field without sign. */
static int parse_number(enum field_type type, const struct cond_const *text,
			struct cond_error *error, struct constant *out)
{
	const unsigned int bits = types[type].bits;
	const uint64_t max_negative = UINT64_C(1) << (bits - 1);
	const uint64_t all = UINT64_MAX >> (64 - bits);
	const bool is_signed = types[type].family == FAMILY_SIGNED;
	bool negative;
	uint64_t size;

	if (!parse_decimal(text->text, &negative, &size))
		return refuse(error, "error parsing numeric value '%.255s'", text->text);
	if (negative ? size > max_negative : size > (is_signed ? max_negative - 1 : all))
		return refuse(error, "numeric value '%.255s' is out of range for type %s",
			      text->text, field_type_name(type));
	if (is_signed)
		out->i = negative ? (int64_t)(0 - size) : (int64_t)size;
	else
		out->u = (negative ? 0 - size : size) & all;
	return 0;
}

static int parse_port(const struct cond_const *text, struct cond_error *error, struct constant *out)
{
	const char first = text->text[0];

	if (text->len && ((first >= '0' && first <= '9') || first == '-' || first == '+'))
		return parse_number(FIELD_PORT, text, error, out);
	for (size_t i = 0; i < sizeof(ports) / sizeof(ports[0]); i++) {
		if (strcmp(ports[i].name, text->text) == 0) {
			out->u = ports[i].port;
			return 0;
		}
	}
	return refuse(error, "unrecognized protocol '%.255s'", text->text);
}

static int parse_bool(const struct cond_const *text, struct cond_error *error, struct constant *out)
{
	out->b = strcmp(text->text, "true") == 0;
	if (!out->b && strcmp(text->text, "false") != 0)
		return refuse(error, "filter error: unrecognized boolean value '%.255s'",
			      text->text);
	return 0;
}

static int parse_ip(const char *text, struct cond_error *error, struct constant *out)
{
	const bool is_v4 = strchr(text, '.') && !strchr(text, ':');

	memset(&out->ip, 0, sizeof(out->ip));
	out->ip.family = is_v4 ? AF_INET : AF_INET6;
	if (inet_pton(out->ip.family, text, out->ip.addr) != 1)
		return refuse(error, "unrecognized IP address '%.255s'", text);
	return 0;
}

static int parse_net(const struct cond_const *text, struct cond_error *error, struct constant *out)
{
	const char *slash = strchr(text->text, '/');
	char address[INET6_ADDRSTRLEN];
	uint64_t bits = 0;
	bool negative;

	if (!slash || (size_t)(slash - text->text) >= sizeof(address))
		return refuse(error, "unrecognized IP network '%.255s'", text->text);
	memcpy(address, text->text, (size_t)(slash - text->text));
	address[slash - text->text] = '\0';
	if (parse_ip(address, error, out) < 0)
		return refuse(error, "unrecognized IP network '%.255s'", text->text);
	if (!parse_decimal(slash + 1, &negative, &bits) || negative ||
	    bits > (out->ip.family == AF_INET ? 32 : 128))
		return refuse(error, "invalid network mask in '%.255s'", text->text);
	out->prefix_bits = (uint32_t)bits;
	return 0;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static int parse_hex(const struct cond_const *text, struct arena *arena, struct cond_error *error,
		     struct constant *out)
{
	char *bytes;
	int high, low;

	if (text->len % 2)
		return refuse(error, "hex string '%.255s' has an odd number of digits", text->text);
	bytes = arena_alloc(arena, text->len / 2 + 1);
	if (!bytes)
		return -ENOMEM;
	for (uint32_t i = 0; i < text->len; i += 2) {
		high = hex_digit(text->text[i]);
		low = hex_digit(text->text[i + 1]);
		if (high < 0 || low < 0)
			return refuse(error, "'%.255s' is no hex string", text->text);
		bytes[i / 2] = (char)(high * 16 + low);
	}
	out->str = bytes;
	out->len = text->len / 2;
	return 0;
}

int constant_parse(enum field_type type, enum cond_op op, const struct cond_const *text,
		   struct arena *arena, struct cond_error *error, struct constant *out)
{
	if (text->len > STRING_BYTES_MAX)
		return refuse(error, "filter value too long: %u bytes, at most %d", text->len,
			      STRING_BYTES_MAX);
	if (memchr(text->text, '\0', text->len))
		return refuse(error, "filter value contains a NUL character");
	switch (types[type].family) {
	case FAMILY_STRING:
	case FAMILY_BYTES:
		if (op == COND_BCONTAINS || op == COND_BSTARTSWITH)
			return parse_hex(text, arena, error, out);
		out->str = text->text;
		out->len = text->len;
		return 0;
	case FAMILY_SIGNED:
	case FAMILY_UNSIGNED:
		if (type == FIELD_PORT)
			return parse_port(text, error, out);
		return parse_number(type, text, error, out);
	case FAMILY_BOOL:
		return parse_bool(text, error, out);
	case FAMILY_IP:
		return parse_ip(text->text, error, out);
	case FAMILY_NET:
		return parse_net(text, error, out);
	case FAMILY_MAX:
		break;
	}
	return -EINVAL;
}
