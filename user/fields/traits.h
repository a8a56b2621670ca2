/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FIELDS_TRAITS_H
#define FIELDS_TRAITS_H

/* What kind of event a call is, by Falco's table of events.  Private to fields/. */
#include "fields/view.h"

enum traits_io {
	TRAITS_NO_IO = 0,
	TRAITS_READS,
	TRAITS_WRITES,
};

/* Whether events of the call read from a descriptor or write to it. */
enum traits_io traits_io_of_call(uint16_t call);

/* Whether they have a buffer, too: finit_module reads without one. */
bool traits_has_buffer(uint16_t call);

/* evt.category: for what is done with a descriptor by its kind; NULL: none. */
const char *traits_category(const struct event_view *view);

/* What a failure is counted as. */
enum traits_error {
	TRAITS_OTHER = 0,
	TRAITS_FILE,
	TRAITS_NET,
};

enum traits_error traits_error(const struct event_view *view);

#endif /* FIELDS_TRAITS_H */
