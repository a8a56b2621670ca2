// SPDX-License-Identifier: Apache-2.0

/*
 * What becomes of a look-up that is given up, for each answer of gai_cancel(3).  The Makefile
 * links it with --wrap: the C library gives them when its threads are busy, which they are
 * only with name servers that do not answer.
 */
#include "agent/lookup.h"

#include <netdb.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

/* The linker's names. NOLINTBEGIN(readability-identifier-naming) */
void __real_free(void *ptr);
void __wrap_free(void *ptr);
int __wrap_getaddrinfo_a(int mode, struct gaicb *list[], int n, struct sigevent *event);
int __wrap_gai_cancel(struct gaicb *request);
int __wrap_gai_error(struct gaicb *request);

static int cancelled; /* what gai_cancel() says */
static int error; /* what gai_error() says */
static const void *query;
static unsigned int n_freed; /* times the query was */

void __wrap_free(void *ptr)
{
	n_freed += ptr && ptr == query;
	__real_free(ptr);
}

int __wrap_getaddrinfo_a(int mode, struct gaicb *list[], int n, struct sigevent *event)
{
	assert_int_equal(mode, GAI_NOWAIT);
	assert_int_equal(n, 1);
	assert_non_null(list[0]);
	assert_null(event);
	return 0;
}

int __wrap_gai_cancel(struct gaicb *request)
{
	assert_non_null(request);
	return cancelled;
}

int __wrap_gai_error(struct gaicb *request)
{
	assert_non_null(request);
	return error;
}

/* NOLINTEND(readability-identifier-naming) */

static void abandoned_queries_are_freed_unless_a_thread_is_at_them(void **state)
{
	static const struct {
		int cancelled;
		int error;
		unsigned int n_freed;
	} cases[] = {
		/* The C library leaves the error of what it took back as it was. */
		{ EAI_CANCELED, EAI_INPROGRESS, 1 },
		{ EAI_ALLDONE, EAI_NONAME, 1 },
		{ EAI_NOTCANCELED, EAI_INPROGRESS, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		void *begun = lookup_system.begin("a.example", NULL);

		assert_non_null(begun);
		query = begun;
		cancelled = cases[i].cancelled;
		error = cases[i].error;
		n_freed = 0;
		lookup_system.abandon(begun, NULL);
		query = NULL;
		assert_int_equal(n_freed, cases[i].n_freed);
		if (!n_freed)
			__real_free(begun);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(abandoned_queries_are_freed_unless_a_thread_is_at_them),
	};

	return cmocka_run_group_tests_name("agent/lookup", tests, NULL, NULL);
}
