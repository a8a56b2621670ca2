# SPDX-License-Identifier: Apache-2.0
#
#   make run        as root: install what is missing, build, watch this host with rules/
#   make check      as root: install what is missing, build, run every test and lint;
#                   with KERNELS=5.10,7 also boot these kernels of tests/vm/kernels.conf
#
#   make            the agent, in $(O)
#   make unit       unit tests
#   make bpf-test   programs of bpf/ driven by BPF_PROG_TEST_RUN; root
#   make replay     events in, alerts out
#   make live       live tests with real containers; root
#   make lint       format, layers, clang-tidy, cppcheck, shellcheck, man pages
#   make check-kernels  the agent and its live tests on other kernels, in virtual machines
#   make fuzz       each fuzz target for FUZZ_SECONDS
#   make bench      what bpfwatch costs, as ratios; root
#   make install    DESTDIR=, PREFIX=
#   make clean
#
#   V=1 shows commands, O=DIR builds there, SAN=1 builds with the address and
#   undefined sanitizers in O/san, WERROR= keeps warnings as warnings.
#   TARGET=aarch64 SYSROOT=DIR builds for another architecture (give it an O=DIR of its own).

, := ,
O       ?= build
PREFIX  ?= /usr/local
CC      ?= cc
CLANG   ?= clang
BPFTOOL ?= bpftool
WERROR  ?= -Werror
SAN     ?=
KERNELS ?=
FUZZ_SECONDS ?= 60
OUT     := $(O)$(if $(SAN),/san)

ifeq ($(V),1)
Q   :=
say :=
else
Q   := @
say  = @printf '  %-7s %s\n' '$(1)' '$(patsubst $(OUT)/%,%,$@)';
MAKEFLAGS += --no-print-directory
endif

VERSION := 0.1.0

WARN := -Wall -Wextra -Wshadow -Wundef -Wvla -Wformat=2 -Wcast-qual \
	-Wpointer-arith -Wwrite-strings -Wstrict-prototypes \
	-Wold-style-definition -Wmissing-prototypes -Wmissing-declarations \
	-Wimplicit-fallthrough $(WERROR)
HARDEN := -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fPIE
SANITIZE := -fsanitize=address$(,)undefined -fno-sanitize-recover=undefined \
	-fno-omit-frame-pointer
CFLAGS ?= -O2 -g
override CPPFLAGS += -D_GNU_SOURCE -DBW_VERSION='"$(VERSION)"' -Iinclude -Iuser -isystem $(OUT)
override CFLAGS   += -std=c11 $(WARN) -MMD -MP $(if $(SAN),$(SANITIZE),$(HARDEN))
override LDFLAGS  += -pie -Wl,-z,relro,-z,now $(if $(SAN),$(SANITIZE))
LDLIBS := -lbpf -lelf -lz -lyaml -lcjson -lpcre2-8 -lsqlite3

MACHINE := $(shell uname -m)
TARGET  ?= $(MACHINE)
SYSROOT ?=
ifneq ($(TARGET),$(MACHINE))
# Not the cross gcc: Debian's cannot stand beside gcc-multilib.
override CC = clang --target=$(TARGET)-linux-gnu --sysroot=$(SYSROOT)
endif
ARCH := $(patsubst x86_64,x86,$(patsubst aarch64,arm64,$(TARGET)))
BPF_CFLAGS := -g -O2 --target=bpf -mcpu=v3 -D__TARGET_ARCH_$(ARCH) \
	-Wall -Wextra $(WERROR) -Iinclude -MMD -MP \
	$(if $(SYSROOT),-isystem $(SYSROOT)/usr/include/$(TARGET)-linux-gnu -isystem $(SYSROOT)/usr/include,\
	-idirafter /usr/include/$(TARGET)-linux-gnu)

BPF_SRC  := $(sort $(wildcard bpf/*.bpf.c))
USER_SRC := $(sort $(wildcard user/*/*.c))
UNIT_SRC := $(sort $(wildcard tests/unit/test_*.c))
UNIT_LIB := $(sort $(filter-out $(UNIT_SRC),$(wildcard tests/unit/*.c)))
BPFT_SRC := $(sort $(wildcard tests/bpf/test_*.c))
FUZZ_SRC := $(sort $(wildcard tests/fuzz/fuzz_*.c))
MAIN_SRC := user/agent/main.c

BPF_OBJ  := $(BPF_SRC:%.c=$(OUT)/%.o)
USER_OBJ := $(USER_SRC:%.c=$(OUT)/%.o)
MAIN_OBJ := $(MAIN_SRC:%.c=$(OUT)/%.o)
LIB      := $(OUT)/libbpfwatch.a
SKEL     := $(OUT)/bw.skel.h
UNIT     := $(UNIT_SRC:%.c=$(OUT)/%)
BPFT     := $(BPFT_SRC:%.c=$(OUT)/%)
FUZZ     := $(FUZZ_SRC:tests/%.c=$(O)/%)
AGENT    := $(OUT)/bpfwatch
# Those for the 32-bit ABI are of i386.
DEED_SRC := $(sort $(wildcard tests/live/deeds/*.c))
ifneq ($(TARGET),x86_64)
DEED_SRC := $(filter-out %32.c,$(DEED_SRC))
endif
DEEDS    := $(DEED_SRC:tests/live/deeds/%.c=$(OUT)/deeds/%)

.PHONY: all run check check-kernels guests tests unit bpf-test replay live bench fuzz deps \
	lint format layers tidy cppcheck shell man install clean
all: $(AGENT)

$(OUT)/%.bpf.o: %.bpf.c
	$(call say,BPF)mkdir -p $(@D)
	$(Q)$(CLANG) $(BPF_CFLAGS) -c $< -o $@

$(OUT)/bw.o: $(BPF_OBJ)
	$(call say,BPFLINK)$(BPFTOOL) gen object $@ $^

$(SKEL): $(OUT)/bw.o
	$(call say,SKEL)$(BPFTOOL) gen skeleton $< name bw_skel >$@

$(patsubst %.c,$(OUT)/%.o,$(wildcard user/sensor/*.c)) $(BPFT_SRC:%.c=$(OUT)/%.o): $(SKEL)

$(OUT)/%.o: %.c
	$(call say,CC)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -c $< -o $@

$(LIB): $(filter-out $(MAIN_OBJ),$(USER_OBJ))
	$(call say,AR)rm -f $@
	$(Q)$(AR) rcs $@ $^

# The whole archive: two functions of one name would else go unnoticed.
$(AGENT): $(MAIN_OBJ) $(LIB)
	$(call say,LD)$(CC) $(LDFLAGS) $(MAIN_OBJ) -Wl,--whole-archive $(LIB) \
		-Wl,--no-whole-archive $(LDLIBS) -o $@

$(UNIT): $(UNIT_LIB:%.c=$(OUT)/%.o)

$(UNIT) $(BPFT): %: %.o $(LIB)
	$(call say,LD)$(CC) $(LDFLAGS) $(filter %.o,$^) $(LIB) -lcmocka $(LDLIBS) -o $@

# Its allocations can be made to fail.
$(OUT)/tests/unit/test_alloc: override LDFLAGS += \
	$(patsubst %,-Wl$(,)--wrap=%,malloc calloc realloc reallocarray strdup strndup)

# Its look-ups end as the test says.
$(OUT)/tests/unit/test_lookup: override LDFLAGS += \
	$(patsubst %,-Wl$(,)--wrap=%,free getaddrinfo_a gai_cancel gai_error)

# What the live tests do to be seen: small static programs that also run in an empty
# container; a name that ends in 32 is built for the 32-bit ABI.
$(OUT)/deeds/%: tests/live/deeds/%.c
	$(call say,CC)mkdir -p $(@D)
	$(Q)$(CC) $(if $(filter %32,$*),-m32) -D_GNU_SOURCE -O1 -static -Wall -Wextra $< -o $@

# Attacks for the live tests, likewise.
ATTACKS := $(OUT)/deeds/attacks
ATTACK_SRC := $(sort $(wildcard tests/live/attacks/*.c))

$(ATTACKS): $(ATTACK_SRC) tests/live/attacks/attacks.h
	$(call say,CC)mkdir -p $(@D)
	$(Q)$(CC) -D_GNU_SOURCE -O1 -static -pthread -Wall -Wextra $(ATTACK_SRC) -o $@

$(OUT)/bench/ops: tests/bench/ops.c
	$(call say,CC)mkdir -p $(@D)
	$(Q)$(CC) -D_GNU_SOURCE -O2 -Wall -Wextra $< -o $@

# Fuzz targets: everything that reads foreign bytes, built by clang with libFuzzer.
FUZZ_FLAGS := -std=c11 -g -O1 -MMD -MP -fsanitize=address$(,)undefined \
	-fno-sanitize-recover=undefined
FUZZ_OBJ := $(patsubst %.c,$(O)/fuzz/%.o,$(filter-out user/sensor/% user/agent/%,$(USER_SRC)))

$(O)/fuzz/user/%.o: user/%.c
	$(call say,FUZZ)mkdir -p $(@D)
	$(Q)$(CLANG) $(CPPFLAGS) $(FUZZ_FLAGS) -fsanitize=fuzzer-no-link -c $< -o $@

$(FUZZ): $(O)/fuzz/%: tests/fuzz/%.c $(FUZZ_OBJ)
	$(call say,FUZZ)mkdir -p $(@D)
	$(Q)$(CLANG) $(CPPFLAGS) $(FUZZ_FLAGS) -fsanitize=fuzzer $< $(FUZZ_OBJ) \
		-lz -lyaml -lcjson -lpcre2-8 -lsqlite3 -o $@

deps:
	$(Q)tools/deps build

run: deps
	$(Q)$(MAKE) all
	$(Q)tools/run $(AGENT) rules

check:
	$(Q)tools/deps $(if $(KERNELS),vm,check)
	$(Q)$(MAKE) tests
	$(Q)KERNELS=$(KERNELS) tests/run $(OUT) unit bpf replay live $(if $(SAN),,fuzz lint) $(if $(KERNELS),kernels)

check-kernels:
	$(Q)tools/deps vm
	$(Q)$(MAKE) guests
	$(Q)tests/vm/check-kernels $(if $(KERNELS),-k $(KERNELS)) $(OUT)

# What a virtual machine runs.
guests: $(AGENT) $(DEEDS) $(ATTACKS) $(BPFT)

tests: $(AGENT) $(UNIT) $(BPFT) $(DEEDS) $(ATTACKS) $(if $(SAN),,$(FUZZ))

unit: $(UNIT)
	$(Q)tests/run $(OUT) unit

bpf-test: $(BPFT)
	$(Q)tests/run $(OUT) bpf

replay: $(AGENT)
	$(Q)tests/run $(OUT) replay

live: $(AGENT) $(DEEDS) $(ATTACKS)
	$(Q)tests/run $(OUT) live

bench: $(AGENT) $(OUT)/bench/ops
	$(Q)tests/bench/run $(OUT)
	$(Q)tests/bench/load $(OUT) $(wildcard $(BPFWATCH_CORPUS)/falco-rules/*.yaml)

fuzz: $(FUZZ)
	$(Q)FUZZ_SECONDS=$(FUZZ_SECONDS) tests/run $(O) fuzz

LINT_C := $(USER_SRC) $(UNIT_SRC) $(UNIT_LIB) $(BPFT_SRC)
LINT_H := $(sort $(wildcard include/*/*.h user/*/*.h bpf/*.h tests/*/*.h))
LINT_SH := $(sort $(wildcard tools/check-layers tools/deps tools/run tests/run .ci/run \
	tests/bench/run tests/bench/load tests/replay/*.sh tests/live/*.sh tests/live/attacks/*.sh \
	$(filter-out %.conf,$(wildcard tests/vm/*))))

lint: format layers tidy cppcheck shell man

format:
	$(call say,FORMAT)clang-format --dry-run --Werror $(BPF_SRC) $(LINT_C) $(LINT_H) \
		$(wildcard tests/live/deeds/*.c tests/live/attacks/*.[ch] tests/bench/*.c tests/fuzz/*.c)

layers:
	$(call say,LAYERS)tools/check-layers .

# One file a run: clang-tidy 14 reports false va_list errors from its second file on.
tidy: compile_commands.json $(SKEL)
	$(call say,TIDY)printf '%s\n' $(LINT_C) | \
		xargs -n1 -P$(shell nproc) clang-tidy --quiet -p . 2>/dev/null

cppcheck: $(SKEL)
	$(call say,CPPCHK)cppcheck -q -j$(shell nproc) --std=c11 --error-exitcode=1 --inline-suppr \
		--enable=warning,style,performance,portability \
		--suppressions-list=tools/cppcheck.supp \
		-D_GNU_SOURCE -DBW_VERSION='""' -Iinclude -Iuser $(USER_SRC)

shell:
	$(call say,SHELL)shellcheck -x $(LINT_SH)

man:
	$(call say,MAN)mandoc -T lint -W warning $(wildcard docs/*.[58])

compile_commands.json: Makefile $(LINT_C)
	$(call say,GEN)for f in $(LINT_C); do \
		printf '{"directory":"%s","file":"%s","arguments":["cc"%s,"-c","%s"]}\n' \
			'$(CURDIR)' $$f "$$(printf ',"%s"' -D_GNU_SOURCE '-DBW_VERSION=\"\"' \
			-Iinclude -Iuser -isystem $(OUT) -std=c11)" $$f; \
	done | sed '$$!s/$$/,/; 1s/^/[/; $$s/$$/]/' >$@

install: $(AGENT)
	install -D -m 755 $(AGENT) $(DESTDIR)$(PREFIX)/sbin/bpfwatch
	install -d $(DESTDIR)$(PREFIX)/share/bpfwatch/rules
	install -m 644 rules/*.yaml $(DESTDIR)$(PREFIX)/share/bpfwatch/rules
	install -D -m 644 docs/bpfwatch.8 $(DESTDIR)$(PREFIX)/share/man/man8/bpfwatch.8

clean:
	$(call say,CLEAN)rm -rf $(O) compile_commands.json

-include $(shell find $(OUT) -name '*.d' 2>/dev/null)
.DELETE_ON_ERROR:
.SECONDARY:
