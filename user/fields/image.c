// SPDX-License-Identifier: Apache-2.0
#include "fields/image.h"

#include <string.h>

#define CHUNK_BYTES (BW_STR_MAX - 1U) /* what a record keeps of either end */

static const char gap[] = "..."; /* with its NUL */

static struct record_str joined(const struct event_view *view, const struct record *rec,
				struct bw_str head_at, struct bw_str tail_at, uint32_t bytes)
{
	const struct record_str none = { "", 0 };
	const struct record_str head = record_str(rec, head_at);
	const struct record_str tail = record_str(rec, tail_at);
	struct record_str all;
	char *text;
	char *end;

	if (!tail.len)
		return head;
	text = arena_alloc(view->scratch, 2 * (size_t)BW_STR_MAX + sizeof(gap));
	if (!text)
		return none;
	end = mempcpy(text, head.s, head.len);
	/* A NUL at the very end is not counted in its length. */
	if (head.len < CHUNK_BYTES)
		*end++ = '\0';
	if (bytes > 2 * CHUNK_BYTES) {
		if (end[-1] != '\0')
			*end++ = '\0';
		end = mempcpy(end, gap, sizeof(gap));
	}
	end = mempcpy(end, tail.s, tail.len);
	*end = '\0';
	all.s = text;
	all.len = (uint32_t)(end - text);
	return all;
}

struct record_str image_argv(const struct event_view *view, const struct proc *proc)
{
	const struct record_str none = { "", 0 };
	const struct bw_exec *exec = proc->image ? proc->image->rec.exec : NULL;

	if (!exec)
		return none;
	return joined(view, &proc->image->rec, exec->argv, exec->argv_tail, exec->arg_bytes);
}

struct record_str image_env(const struct event_view *view, const struct proc *proc)
{
	const struct record_str none = { "", 0 };
	const struct bw_exec *exec = proc->image ? proc->image->rec.exec : NULL;

	if (!exec)
		return none;
	return joined(view, &proc->image->rec, exec->env, exec->env_tail, exec->env_bytes);
}
