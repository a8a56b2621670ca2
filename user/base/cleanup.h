/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_CLEANUP_H
#define BASE_CLEANUP_H

/* Scoped cleanup for locals that hold one resource; never mixed with goto in one function. */
#include <stdlib.h>
#include <unistd.h>

static inline void cleanup_free_fn(void *ptr)
{
	free(*(void **)ptr);
}

static inline void cleanup_close_fn(const int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
}

#define cleanup_free  __attribute__((cleanup(cleanup_free_fn)))
#define cleanup_close __attribute__((cleanup(cleanup_close_fn)))

#endif /* BASE_CLEANUP_H */
