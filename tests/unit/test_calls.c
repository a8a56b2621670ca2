// SPDX-License-Identifier: Apache-2.0
/* The table of how calls are read, against what is said of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "event/record.h"
#include "sensor/sensor_impl.h"

/* What a filter lets through has to be told to who writes rules. */
static void calls_that_are_filtered_have_a_note(void **state)
{
	(void)state;
	for (unsigned int call = BW_CALL_DUP; call < BW_CALL_MAX; call++) {
		const struct bw_decode *decode = sensor_decode((enum bw_call)call);
		bool is_filtered = decode->filter_arg != BW_DECODE_NO_FILTER;

		if (is_filtered != !!sensor_call_note((enum bw_call)call))
			fail_msg("%s is %sfiltered", record_call_name((uint16_t)call),
				 is_filtered ? "" : "not ");
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(calls_that_are_filtered_have_a_note),
	};

	return cmocka_run_group_tests_name("sensor/calls", tests, NULL, NULL);
}
