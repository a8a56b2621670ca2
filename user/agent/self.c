// SPDX-License-Identifier: Apache-2.0
#include "agent/self.h"

#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"

#define FIRST_PID_NS \
	0xeffffffcU /* PROC_PID_INIT_INO of include/linux/proc_ns.h, the same since 3.8 */
#define IDS_BYTES_MAX  4096UL /* of one kind */
#define NAME_MAX_BYTES 64
#define NS_PER_S       UINT64_C(1000000000)

/* Room for the fixed part and its strings; a union, for the alignment. */
union introduction {
	struct bw_agent rec;
	char bytes[sizeof(struct bw_agent) + SENSOR_OBJECT_MAX * IDS_BYTES_MAX];
};

union report {
	struct bw_finding rec;
	char bytes[sizeof(struct bw_finding) + NAME_MAX_BYTES];
};

static void add_id(uint32_t id, void *arg)
{
	struct buf *buf = arg;

	buf_printf(buf, "%s%" PRIu32, buf->len ? " " : "", id);
}

/* Ours as records have them; 0 in a pid namespace of our own, where we do not know it. */
static uint32_t host_tgid(void)
{
	struct stat st;

	if (stat("/proc/self/ns/pid", &st) || st.st_ino != FIRST_PID_NS)
		return 0;
	return (uint32_t)getpid();
}

static void begin(struct bw_hdr *hdr, uint16_t type, size_t fixed_bytes)
{
	hdr->type = type;
	hdr->size = (uint32_t)fixed_bytes;
	hdr->time_ns = clock_boot_ns();
	hdr->tgid = host_tgid();
}

/* Behind what the record has; the caller knows that there is room. */
static struct bw_str append(struct bw_hdr *hdr, const char *text, size_t len)
{
	const struct bw_str str = { .off = (uint16_t)hdr->size, .len = (uint16_t)len };

	memcpy((char *)hdr + hdr->size, text, len);
	hdr->size += (uint32_t)len + 1; /* the NUL is there: all was zero */
	return str;
}

static struct bw_str append_ids(struct bw_hdr *hdr, const struct sensor *sensor,
				enum sensor_object_kind kind)
{
	struct bw_str str = { 0, 0 };
	struct buf buf;

	buf_init(&buf, IDS_BYTES_MAX - 1);
	sensor_each_object(sensor, kind, add_id, &buf);
	if (!buf.failed && buf.len)
		str = append(hdr, buf.data, buf.len);
	buf_done(&buf);
	return str;
}

void self_introduce(struct engine *engine, const struct sensor *sensor)
{
	union introduction self;
	struct bw_hdr *hdr = &self.rec.hdr;

	memset(&self, 0, sizeof(self));
	begin(hdr, BW_EVENT_AGENT, sizeof(self.rec));
	self.rec.programs = append_ids(hdr, sensor, SENSOR_OBJECT_PROGRAM);
	self.rec.maps = append_ids(hdr, sensor, SENSOR_OBJECT_MAP);
	self.rec.links = append_ids(hdr, sensor, SENSOR_OBJECT_LINK);
	engine_feed(engine, &self, hdr->size);
}

static void log_finding(const struct sensor_finding *finding, uint64_t now_ns)
{
	switch (finding->kind) {
	case BW_FINDING_RING_MOVED:
		log_error("our position in ring '%s' was written by another process, %" PRIu64
			  " times; it was put back, and nothing was skipped",
			  finding->object, finding->count);
		break;
	case BW_FINDING_RING_OVERRUN:
		log_error("%" PRIu64 " bytes in ring '%s' were written over before they were read; "
			  "what they told is lost",
			  finding->count, finding->object);
		break;
	case BW_FINDING_OBJECT:
		log_error("our BPF object '%s' is gone or another: what it saw is not seen",
			  finding->object);
		break;
	default:
		log_error("blind: for %" PRIu64 " s our own events have not come through ring '%s'",
			  (now_ns - finding->since_ns) / NS_PER_S, finding->object);
	}
}

void self_report(struct engine *engine, const struct sensor_finding *finding)
{
	size_t len = strnlen(finding->object, NAME_MAX_BYTES - 1);
	union report report;
	struct bw_hdr *hdr = &report.rec.hdr;

	memset(&report, 0, sizeof(report));
	begin(hdr, BW_EVENT_FINDING, sizeof(report.rec));
	report.rec.kind = finding->kind;
	report.rec.count = finding->count;
	report.rec.since_ns = finding->since_ns;
	report.rec.object = append(hdr, finding->object, len);
	log_finding(finding, hdr->time_ns);
	engine_feed(engine, &report, hdr->size);
}
