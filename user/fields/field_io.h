/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FIELDS_FIELD_IO_H
#define FIELDS_FIELD_IO_H

/* Getters of the fields about data read and written.  Private to fields/. */
#include "fields/field.h"

field_get_fn field_io_is_io;
field_get_fn field_io_is_read;
field_get_fn field_io_is_write;
field_get_fn field_io_dir;
field_get_fn field_io_is_syslog;
field_get_fn field_io_buffer;
field_get_fn field_io_buflen;
field_get_fn field_io_buflen_in;
field_get_fn field_io_buflen_out;
field_get_fn field_io_buflen_net;
field_get_fn field_io_buflen_net_in;
field_get_fn field_io_buflen_net_out;

#endif /* FIELDS_FIELD_IO_H */
