// SPDX-License-Identifier: Apache-2.0
#include "container/cmdline.h"

#include <string.h>

#include "container/runtime.h"

const char *cmdline_next(struct cmdline *args)
{
	const char *s = args->next;
	const char *nul;

	if (s >= args->end)
		return NULL;
	nul = memchr(s, '\0', (size_t)(args->end - s));
	if (!nul)
		return NULL;
	args->next = nul + 1;
	return s;
}

void cmdline_copy(char *dst, const char *src)
{
	size_t len = strlen(src);

	if (len < RUNTIME_STR_MAX)
		memcpy(dst, src, len + 1);
}

bool cmdline_take(struct cmdline *args, const char *arg, const char *name, char *dst)
{
	const char *value;
	size_t len = strlen(name);

	if (*arg != '-')
		return false;
	arg += arg[1] == '-' ? 2 : 1;
	if (strncmp(arg, name, len) != 0 || (arg[len] && arg[len] != '='))
		return false;
	value = arg[len] ? arg + len + 1 : cmdline_next(args);
	if (value)
		cmdline_copy(dst, value);
	return true;
}

bool cmdline_is_one_of(const char *s, const char *const *list, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (!strcmp(s, list[i]))
			return true;
	}
	return false;
}
