// SPDX-License-Identifier: Apache-2.0

/* Opened files, as the programs report them.  Root. */
#include "watch.h"

#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>

static char dir[] = "/tmp/bw-open.XXXXXX";
static char file_path[PATH_MAX]; /* dir/sub/file */

static const struct bw_open *only_open(struct watch *w, deed_fn *deed, const void *arg)
{
	int status = watch_deed(w, deed, arg);
	const struct bw_open *rec = watch_find(w, BW_EVENT_OPEN, 0);

	assert_int_equal(status, 0);
	assert_non_null(rec);
	assert_int_equal(watch_count(w, BW_EVENT_OPEN), 1);
	return rec;
}

static int open_plain(const void *arg)
{
	return open(arg, O_RDONLY | O_NOCTTY) < 0;
}

static void open_tells_file_path_and_flags(void **state)
{
	const struct bw_open *rec = only_open(*state, open_plain, file_path);
	struct stat st;

	assert_int_equal(stat(file_path, &st), 0);
	assert_string_equal(watch_str(rec, rec->path), file_path);
	assert_string_equal(watch_str(rec, rec->given), file_path);
	assert_int_equal(rec->hdr.flags, 0);
	assert_int_equal(rec->hdr.call, BW_CALL_OPENAT);
	assert_int_equal(rec->hdr.abi, BW_ABI_NATIVE);
	assert_true(rec->hdr.ret >= 0);
	assert_int_equal(rec->dirfd, AT_FDCWD);
	assert_int_equal(rec->flags, O_RDONLY | O_NOCTTY);
	assert_int_equal(rec->mode, 0);
	assert_int_equal(rec->file.ino, st.st_ino);
	assert_int_equal(rec->file.mode, st.st_mode);
	assert_int_equal(rec->file.nlink, 1);
	assert_int_equal(rec->file.flags, 0);
}

static int open_link(const void *arg)
{
	return chdir(arg) || open("link/../link/file", O_RDONLY) < 0;
}

static int open_dirfd(const void *arg)
{
	int fd = (int)syscall(SYS_openat2, AT_FDCWD, arg,
			      &(struct open_how){ .flags = O_PATH | O_DIRECTORY },
			      sizeof(struct open_how));

	return fd < 0 || openat(fd, "sub/./file", O_RDONLY) < 0;
}

static int open_proc_root(const void *arg)
{
	char path[PATH_MAX + 32];

	(void)snprintf(path, sizeof(path), "/proc/self/root%s", (const char *)arg);
	return open(path, O_RDONLY) < 0;
}

static void detours_end_in_the_same_canonical_path(void **state)
{
	const struct {
		deed_fn *deed;
		const char *arg;
		const char *given; /* how the name begins */
		size_t nth; /* which open it is */
	} rows[] = {
		{ open_link, dir, "link/../link/file", 0 },
		{ open_dirfd, dir, "sub/./file", 1 },
		{ open_proc_root, file_path, "/proc/self/root/", 0 },
	};
	struct watch *w = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct bw_open *rec;

		assert_int_equal(watch_deed(w, rows[i].deed, rows[i].arg), 0);
		rec = watch_find(w, BW_EVENT_OPEN, rows[i].nth);
		assert_non_null(rec);
		assert_string_equal(watch_str(rec, rec->path), file_path);
		assert_memory_equal(watch_str(rec, rec->given), rows[i].given,
				    strlen(rows[i].given));
	}
}

#ifdef SYS_creat
static int create_by_creat(const void *arg)
{
	return syscall(SYS_creat, arg, 0640) < 0;
}

static int create_by_open(const void *arg)
{
	return syscall(SYS_open, arg, O_WRONLY | O_CREAT | O_TRUNC, 0640) < 0;
}
#endif

static int create_by_openat2(const void *arg)
{
	const struct open_how how = {
		.flags = O_WRONLY | O_CREAT | O_TRUNC,
		.mode = 0640,
		.resolve = RESOLVE_NO_MAGICLINKS,
	};

	return syscall(SYS_openat2, AT_FDCWD, arg, &how, sizeof(how)) < 0;
}

static void every_call_that_creates_is_an_open(void **state)
{
	static const struct {
		deed_fn *deed;
		uint16_t call;
		uint32_t resolve;
	} rows[] = {
#ifdef SYS_creat
		{ create_by_creat, BW_CALL_CREAT, 0 },
		{ create_by_open, BW_CALL_OPEN, 0 },
#endif
		{ create_by_openat2, BW_CALL_OPENAT2, RESOLVE_NO_MAGICLINKS },
	};
	char path[PATH_MAX];

	(void)snprintf(path, sizeof(path), "%s/new", dir);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct bw_open *rec = only_open(*state, rows[i].deed, path);

		assert_int_equal(unlink(path), 0);
		assert_int_equal(rec->hdr.call, rows[i].call);
		assert_int_equal(rec->flags, O_WRONLY | O_CREAT | O_TRUNC);
		assert_int_equal(rec->mode, 0640);
		assert_int_equal(rec->resolve, rows[i].resolve);
		assert_true(rec->file.flags & BW_FILE_CREATED);
		assert_string_equal(watch_str(rec, rec->path), path);
	}
}

static int open_by_handle(const void *arg)
{
	struct {
		struct file_handle handle;
		unsigned char bytes[MAX_HANDLE_SZ];
	} h = { .handle.handle_bytes = MAX_HANDLE_SZ };
	int mount_id;
	int mount_fd;

	if (name_to_handle_at(AT_FDCWD, arg, &h.handle, &mount_id, 0))
		return 2;
	mount_fd = open(dir, O_RDONLY);
	return mount_fd < 0 || open_by_handle_at(mount_fd, &h.handle, O_RDONLY) < 0;
}

static void open_by_handle_tells_the_path_though_it_has_no_name(void **state)
{
	struct watch *w = *state;
	const struct bw_open *rec;

	assert_int_equal(watch_deed(w, open_by_handle, file_path), 0);
	rec = watch_find(w, BW_EVENT_OPEN, 1);
	assert_non_null(rec);
	assert_int_equal(rec->hdr.call, BW_CALL_OPEN_BY_HANDLE_AT);
	assert_string_equal(watch_str(rec, rec->path), file_path);
	assert_int_equal(rec->given.off, 0);
}

static int open_missing_relative(const void *arg)
{
	int fd;

	if (chdir(arg) || open("no/such", O_RDONLY) >= 0)
		return 1;
	fd = open("sub", O_PATH);
	return fd < 0 || openat(fd, "none", O_WRONLY) >= 0;
}

static void failed_opens_are_claims_with_their_directory(void **state)
{
	struct watch *w = *state;
	const struct bw_open *rec;
	char sub[PATH_MAX];

	assert_int_equal(watch_deed(w, open_missing_relative, dir), 0);
	rec = watch_find(w, BW_EVENT_OPEN, 0);
	assert_non_null(rec);
	assert_int_equal(rec->hdr.ret, -ENOENT);
	assert_int_equal(rec->hdr.flags, BW_F_CLAIM);
	assert_int_equal(rec->path.off, 0);
	assert_string_equal(watch_str(rec, rec->given), "no/such");
	assert_string_equal(watch_str(rec, rec->base), dir);

	rec = watch_find(w, BW_EVENT_OPEN, 2);
	assert_non_null(rec);
	(void)snprintf(sub, sizeof(sub), "%s/sub", dir);
	assert_string_equal(watch_str(rec, rec->given), "none");
	assert_string_equal(watch_str(rec, rec->base), sub);
}

/* Components of `len` bytes below dir until the path has `bytes`; returns its depth. */
static int descend(size_t len, size_t bytes)
{
	char name[NAME_MAX + 1];
	size_t total = strlen(dir);
	int depth = 0;

	memset(name, 'd', len);
	name[len] = '\0';
	if (chdir(dir))
		return -1;
	while (total + len + 1 < bytes) {
		if ((mkdir(name, 0700) && errno != EEXIST) || chdir(name))
			return -1;
		total += len + 1;
		depth++;
	}
	return depth;
}

static void remove_descent(size_t len, int depth)
{
	char name[NAME_MAX + 1];

	memset(name, 'd', len);
	name[len] = '\0';
	while (depth-- > 0) {
		assert_int_equal(chdir(".."), 0);
		assert_int_equal(rmdir(name), 0);
	}
}

struct deep {
	size_t component;
	size_t bytes;
};

static int open_here(const void *arg)
{
	(void)arg;
	return open("f", O_WRONLY | O_CREAT, 0600) < 0;
}

/* What a child opens at the bottom of a descent; this process's own calls make no records. */
static const struct bw_open *open_deep(void **state, const struct deep *deep)
{
	int depth = descend(deep->component, deep->bytes);
	const struct bw_open *rec;

	assert_true(depth > 0);
	rec = only_open(*state, open_here, NULL);
	assert_int_equal(unlink("f"), 0);
	remove_descent(deep->component, depth);
	return rec;
}

static void deepest_path_is_whole_with_any_number_of_components(void **state)
{
	/* With "/f" both end just below BW_STR_MAX. */
	static const struct deep rows[] = { { 200, 4090 }, { 1, 4092 }, { NAME_MAX, 4092 } };

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct bw_open *rec = open_deep(state, &rows[i]);
		const char *path = watch_str(rec, rec->path);

		assert_memory_equal(path, dir, strlen(dir));
		assert_int_equal(rec->path.len, strlen(path));
		assert_true(rec->path.len + rows[i].component + 4 >= rows[i].bytes);
		assert_string_equal(path + rec->path.len - 3, "d/f");
		assert_int_equal(rec->hdr.flags & BW_F_TRUNC, 0);
	}
}

enum { HEAD_KEPT_MIN = 256, TAIL_KEPT_MIN = 2800 };

/* Every name of a path made by open_deep(), but for the gap, is whole. */
static void assert_names_are_whole(const char *path, size_t component)
{
	const char *gap = strstr(path, "/.../");
	const char *at = path + strlen(dir);

	assert_non_null(gap);
	assert_true(gap - path >= HEAD_KEPT_MIN && strlen(gap) >= TAIL_KEPT_MIN);
	while (strcmp(at, "/f") != 0) {
		size_t len = strcspn(at + 1, "/");

		assert_int_equal(len, at == gap ? 3 : component);
		at += 1 + len;
	}
}

static void longer_path_keeps_both_ends_and_is_marked(void **state)
{
	static const struct deep rows[] = {
		{ 100, 4300 },       { 100, 6000 }, { NAME_MAX, 5000 },
		{ NAME_MAX, 20000 }, { 1, 8000 },   { 7, 50000 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct bw_open *rec = open_deep(state, &rows[i]);
		const char *path = watch_str(rec, rec->path);

		assert_true(rec->hdr.flags & BW_F_TRUNC);
		assert_true(rec->file.flags & BW_FILE_TRUNC);
		assert_memory_equal(path, dir, strlen(dir));
		assert_int_equal(rec->path.len, strlen(path));
		assert_names_are_whole(path, rows[i].component);
	}
}

static void path_of_too_many_names_keeps_its_end(void **state)
{
	static const struct deep deep = { 1, 20000 };
	const struct bw_open *rec = open_deep(state, &deep);
	const char *path = watch_str(rec, rec->path);

	assert_true(rec->file.flags & BW_FILE_TRUNC);
	assert_memory_equal(path, "/.../d/d/d", 10);
	assert_string_equal(path + rec->path.len - 3, "d/f");
}

static int open_odd_name(const void *arg)
{
	int fd;

	if (chdir(dir))
		return 1;
	fd = open(arg, O_WRONLY | O_CREAT, 0600);
	(void)unlink(arg);
	return fd < 0;
}

static void bytes_of_a_name_pass_untouched(void **state)
{
	static const char name[] = "new\nline \x1b[31m\xff\"\\";
	const struct bw_open *rec = only_open(*state, open_odd_name, name);
	char path[PATH_MAX];

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	assert_string_equal(watch_str(rec, rec->path), path);
	assert_string_equal(watch_str(rec, rec->given), name);
}

static int open_unreachable(const void *arg)
{
	int fd = open(arg, O_PATH | O_DIRECTORY);
	char sub[PATH_MAX];

	(void)snprintf(sub, sizeof(sub), "%s/sub", dir);
	if (fd < 0 || chroot(sub) || chdir("/"))
		return 1;
	return open("/file", O_RDONLY) < 0 || openat(fd, "outside", O_RDONLY | O_CREAT, 0600) < 0 ||
	       unlinkat(fd, "outside", 0);
}

static void path_is_below_the_callers_root_or_marked_unreachable(void **state)
{
	struct watch *w = *state;
	const struct bw_open *rec;
	char outside[PATH_MAX];

	assert_int_equal(watch_deed(w, open_unreachable, dir), 0);
	rec = watch_find(w, BW_EVENT_OPEN, 1);
	assert_non_null(rec);
	assert_string_equal(watch_str(rec, rec->path), "/file");
	assert_int_equal(rec->file.flags & BW_FILE_UNREACHABLE, 0);
	assert_int_equal(rec->hdr.flags, BW_F_CHROOT);
	(void)snprintf(outside, sizeof(outside), "%s/sub", dir);
	assert_string_equal(watch_str(rec, rec->root), outside);
	rec = watch_find(w, BW_EVENT_OPEN, 2);
	assert_non_null(rec);
	(void)snprintf(outside, sizeof(outside), "%s/outside", dir);
	assert_string_equal(watch_str(rec, rec->path), outside);
	assert_true(rec->file.flags & BW_FILE_UNREACHABLE);
}

static int open_on_overlay(const void *arg)
{
	char path[PATH_MAX];
	char options[4 * PATH_MAX];

	(void)arg;
	(void)snprintf(path, sizeof(path), "%s/ovl", dir);
	if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("tmpfs", path, "tmpfs", 0, NULL) || chdir(path) || mkdir("low", 0700) ||
	    mkdir("up", 0700) || mkdir("work", 0700) || mkdir("all", 0700) ||
	    mknod("low/image", S_IFREG | 0600, 0))
		return 1;
	(void)snprintf(options, sizeof(options), "lowerdir=low,upperdir=up,workdir=work");
	if (mount("overlay", "all", "overlay", 0, options))
		return 77;
	if (open("all/image", O_RDONLY) < 0 || open("all/own", O_WRONLY | O_CREAT, 0600) < 0)
		return 1;
	return 0;
}

static const struct bw_open *open_of(const struct watch *w, const char *given)
{
	const struct bw_open *rec;

	for (size_t i = 0; (rec = watch_find(w, BW_EVENT_OPEN, i)); i++) {
		if (strcmp(watch_str(rec, rec->given), given) == 0)
			return rec;
	}
	fail_msg("no open of %s", given);
	abort();
}

static void overlay_tells_image_from_own_files(void **state)
{
	struct watch *w = *state;
	int status = watch_deed(w, open_on_overlay, NULL);
	const struct bw_open *image;
	const struct bw_open *own;

	if (WEXITSTATUS(status) == 77) {
		watch_skip("no overlayfs");
		return;
	}
	assert_int_equal(status, 0);
	image = open_of(w, "all/image");
	own = open_of(w, "all/own");
	assert_int_equal(image->file.flags & (BW_FILE_LOWER | BW_FILE_UPPER), BW_FILE_LOWER);
	assert_int_equal(own->file.flags & (BW_FILE_LOWER | BW_FILE_UPPER), BW_FILE_UPPER);
	assert_true(image->hdr.ns_differs & BW_NS_MNT);
	assert_string_equal(watch_str(image, image->path) + strlen(dir), "/ovl/all/image");
}

#if defined(__x86_64__)
/* A 64-bit process may enter by the 32-bit door; pointers have to be narrow. */
static long int80(long nr, long a, long b, long c, long d)
{
	long ret;

	__asm__ volatile("int $0x80"
			 : "=a"(ret)
			 : "a"(nr), "b"(a), "c"(b), "d"(c), "S"(d)
			 : "memory", "r8", "r9", "r10", "r11");
	return ret;
}

enum { NR32_OPEN = 5, NR32_OPENAT = 295 };

static int open_int80(const void *arg)
{
	char *low = mmap(NULL, PATH_MAX, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);

	if (low == MAP_FAILED)
		return 1;
	(void)snprintf(low, PATH_MAX, "%s", (const char *)arg);
	if (int80(NR32_OPEN, (long)low, O_RDONLY, 0, 0) < 0 ||
	    int80(NR32_OPENAT, AT_FDCWD, (long)low, O_RDONLY, 0) < 0)
		return 1;
	(void)snprintf(low, PATH_MAX, "%s.missing", (const char *)arg);
	return int80(NR32_OPEN, (long)low, O_RDONLY, 0, 0) != -ENOENT;
}

static void call_by_the_32_bit_door_is_the_same_event(void **state)
{
	static const uint16_t calls[] = { BW_CALL_OPEN, BW_CALL_OPENAT };
	struct watch *w = *state;
	int status = watch_deed(w, open_int80, file_path);
	const struct bw_open *rec;

	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV) {
		watch_skip("32-bit calls are off on this machine");
		return;
	}
	assert_int_equal(status, 0);
	assert_int_equal(watch_count(w, BW_EVENT_OPEN), 3);
	for (size_t i = 0; i < sizeof(calls) / sizeof(*calls); i++) {
		rec = watch_find(w, BW_EVENT_OPEN, i);
		assert_int_equal(rec->hdr.call, calls[i]);
		assert_int_equal(rec->hdr.abi, BW_ABI_COMPAT32);
		assert_int_equal(rec->dirfd, AT_FDCWD);
		assert_string_equal(watch_str(rec, rec->path), file_path);
		assert_string_equal(watch_str(rec, rec->given), file_path);
	}
	rec = watch_find(w, BW_EVENT_OPEN, 2);
	assert_int_equal(rec->hdr.ret, -ENOENT);
	assert_int_equal(rec->hdr.abi, BW_ABI_COMPAT32);
}
#endif

static void in_dir(char *path, size_t size, const char *name)
{
	(void)snprintf(path, size, "%s/%s", dir, name);
}

static int setup(void **state)
{
	char path[PATH_MAX];
	int fd;

	if (!mkdtemp(dir))
		return -1;
	in_dir(path, sizeof(path), "sub");
	if (mkdir(path, 0700))
		return -1;
	in_dir(path, sizeof(path), "ovl");
	if (mkdir(path, 0700))
		return -1;
	in_dir(path, sizeof(path), "link");
	if (symlink("sub", path))
		return -1;
	in_dir(file_path, sizeof(file_path), "sub/file");
	fd = open(file_path, O_WRONLY | O_CREAT, 0644);
	if (fd < 0 || close(fd))
		return -1;
	return watch_setup(state);
}

static int teardown(void **state)
{
	static const char *const names[] = { "sub/file", "link", "sub", "ovl", "" };
	char path[PATH_MAX];

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		in_dir(path, sizeof(path), names[i]);
		(void)remove(path);
	}
	return watch_teardown(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(open_tells_file_path_and_flags),
		cmocka_unit_test(detours_end_in_the_same_canonical_path),
		cmocka_unit_test(every_call_that_creates_is_an_open),
		cmocka_unit_test(open_by_handle_tells_the_path_though_it_has_no_name),
		cmocka_unit_test(failed_opens_are_claims_with_their_directory),
		cmocka_unit_test(deepest_path_is_whole_with_any_number_of_components),
		cmocka_unit_test(longer_path_keeps_both_ends_and_is_marked),
		cmocka_unit_test(path_of_too_many_names_keeps_its_end),
		cmocka_unit_test(bytes_of_a_name_pass_untouched),
		cmocka_unit_test(path_is_below_the_callers_root_or_marked_unreachable),
		cmocka_unit_test(overlay_tells_image_from_own_files),
#if defined(__x86_64__)
		cmocka_unit_test(call_by_the_32_bit_door_is_the_same_event),
#endif
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
