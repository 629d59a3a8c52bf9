# Makefile: builds, checks and installs reprise-c.
#
#   make              the program, in build/release
#   make deps         Debian packages that building and checking need (root or sudo)
#   make demo         runs the main job on the demo genome in data/
#   make check        all tests
#   make check-cluster   batch jobs and workflows on a Slurm of this machine (root, slurm-wlm, munge, snakemake; no part of check)
#   make soak         random genomes, options, kills and resumes for SOAK_CPU_SECONDS [3600] or SOAK_SECONDS; SOAK_SEED and
#                     SOAK_CASE run one case again (tests/soak.py)
#   make bench        the figures of scripts/bench/README.md (BENCH=quick, library, governance, huge: a part of them)
#   make format       lays out the C files (clang-format 16)
#   make fuzz         fuzzes every reader for FUZZ_SECONDS altogether (clang; tests/fuzz)
#   make install      under $(DESTDIR)$(PREFIX)
#   make dist         build/dist/reprise-c-VERSION.tar.gz, with the same bytes each time
#   make packages     that, and what package builders take, in build/dist (DIST_URL, DEBFULLNAME, DEBEMAIL; scripts/packaging)
#   make deb          that, and the Debian package (debhelper)
#   make check-quick  a part of the tests that takes a minute, for package builders
#   make check-packages   packages installed and containers built in fresh systems (root, mmdebstrap, buildah, lintian; no part of check)
#   make SAN=address,undefined ...   another flavour, in its own folder
#   make OPENCL=0 ...                 without OpenCL, in its own folder

VERSION := 0.1.0
PREFIX ?= /usr/local
BUILD ?= build
SAN ?=
OPENCL ?= 1
comma := ,
FLAVOUR := $(if $(SAN),san-$(subst $(comma),-,$(SAN)),release)$(if $(filter 0,$(OPENCL)),-no-opencl)
OUT := $(BUILD)/$(FLAVOUR)

CFLAGS ?= -O3 -g
PKGS := htslib jansson zlib liblzma $(if $(filter 0,$(OPENCL)),,OpenCL)
PKG_CFLAGS := $(shell pkg-config --cflags $(PKGS) 2>/dev/null)
PKG_LIBS := $(shell pkg-config --libs $(PKGS) 2>/dev/null || echo -lhts -ljansson -lz -llzma $(if $(filter 0,$(OPENCL)),,-lOpenCL))

# What a row of a table leaves out is zero.
WARNINGS := -Wall -Wextra -Wno-missing-field-initializers -Wformat=2 -Wpointer-arith -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wundef
MACHINE := $(firstword $(subst -, ,$(shell $(CC) -dumpmachine 2>/dev/null)))
X86 := $(filter x86_64 amd64,$(MACHINE))
NEON := $(filter aarch64,$(MACHINE))
# Builders of packages have their own word on the fortified library, which wants an optimizing compiler.
FORTIFY := $(if $(SAN)$(filter -O0,$(CFLAGS))$(findstring _FORTIFY_SOURCE,$(CFLAGS) $(CPPFLAGS)),,-D_FORTIFY_SOURCE=2)
HARDENING := $(FORTIFY) -fstack-protector-strong -fstack-clash-protection $(if $(X86),-fcf-protection) -fPIE
SANITIZE := $(if $(SAN),-fsanitize=$(SAN) -fno-sanitize-recover=all -fno-omit-frame-pointer)
ALL_CPPFLAGS := -Isrc -D_GNU_SOURCE -DRP_VERSION='"$(VERSION)"' $(if $(X86),-DRP_HAVE_X86) $(if $(NEON),-DRP_HAVE_NEON) $(if $(SAN),-DRP_SANITIZED) $(if $(filter 0,$(OPENCL)),,-DRP_HAVE_OPENCL) $(PKG_CFLAGS) $(CPPFLAGS)
ALL_CFLAGS := -std=c11 -pthread $(WARNINGS) $(HARDENING) $(SANITIZE) $(CFLAGS)
ALL_LDFLAGS := -pthread -pie -Wl,-z,relro,-z,now,-z,noexecstack $(SANITIZE) $(LDFLAGS)
ALL_LIBS := $(PKG_LIBS) -lbz2 -lm $(LIBS)

# One folder for each stage of the flow, in the order in which they may include each other.
STAGES := base genome index align device family produce channel claim discover library copies checkpoint compare merge classify satellite output report run simulate command
WITH_OPENCL := $(filter-out src/device/choice.c src/device/none.c src/device/offloading.c,$(wildcard src/device/*.c))
LEFT_OUT := src/align/band_kernel.c src/command/main.c $(if $(filter 0,$(OPENCL)),$(WITH_OPENCL),src/device/none.c)
SOURCES := $(filter-out $(LEFT_OUT),$(foreach s,$(STAGES),$(wildcard src/$(s)/*.c)))
OBJECTS := $(SOURCES:src/%.c=$(OUT)/%.o) $(OUT)/base/code.o $(OUT)/classify/own_profiles.o $(OUT)/classify/head_columns.o $(if $(filter 0,$(OPENCL)),,$(OUT)/device/kernels_source.o) $(if $(X86),$(OUT)/align/band_avx2.o $(OUT)/align/band_avx512.o) $(if $(NEON),$(OUT)/align/band_neon.o)
# The tests fail allocations of the library by number, delay its threads around their locks, let launches of devices hang
# and kernels be compiled otherwise.
WRAPPED := malloc calloc realloc aligned_alloc mmap mremap pthread_mutex_lock pthread_mutex_unlock clGetEventInfo clBuildProgram
WRAP := $(foreach f,$(WRAPPED),-Wl,--wrap=$(f))
TEST_SOURCES := $(wildcard tests/*.c) $(filter-out tests/fuzz/entry.c,$(wildcard tests/fuzz/*.c))
TEST_OBJECTS := $(TEST_SOURCES:tests/%.c=$(OUT)/tests/%.o)

# One program for each reader, with libFuzzer.
FUZZERS := $(filter-out support entry,$(basename $(notdir $(wildcard tests/fuzz/*.c))))
FUZZ_SECONDS ?= 300
FUZZ_SAN := fuzzer-no-link,address,undefined

.PHONY: all deps demo check check-quick check-cluster check-packages soak bench format fuzz fuzzers install uninstall dist packages deb clean
all: $(OUT)/reprise-c

$(OUT)/reprise-c: $(OUT)/command/main.o $(OUT)/libreprise.a
	$(CC) $(ALL_LDFLAGS) -o $@ $^ $(ALL_LIBS)

$(OUT)/libreprise.a: $(OBJECTS)
	@rm -f $@
	$(AR) rcs $@ $^

$(OUT)/check_units: $(TEST_OBJECTS) $(OUT)/libreprise.a
	$(CC) $(ALL_LDFLAGS) $(WRAP) -o $@ $^ $(ALL_LIBS) $(shell pkg-config --libs check)

# Small runs of the concurrent parts under all schedules: threads are coroutines there.
SCHEDULED := $(foreach f,mutex_lock mutex_unlock cond_wait cond_timedwait cond_signal cond_broadcast create join,-Wl,--wrap=pthread_$(f))
$(OUT)/check_schedules: $(OUT)/tests/schedules/check_schedules.o $(OUT)/tests/schedules/scheduler.o $(OUT)/libreprise.a
	$(CC) $(ALL_LDFLAGS) $(SCHEDULED) -o $@ $^ $(ALL_LIBS)

# Makes single system calls fail; the tests preload it. It has no sanitizers of its own: those of the program serve.
$(OUT)/faults.so: tests/faults/faults.c $(OUT)/flags
	$(CC) -std=c11 -D_GNU_SOURCE $(WARNINGS) -O1 -g -fPIC -shared -o $@ $< -ldl -pthread

# Lets threads sleep around their locks; tests/soak.py preloads it.
$(OUT)/delays.so: tests/properties/delays.c $(OUT)/flags
	$(CC) -std=c11 -D_GNU_SOURCE $(WARNINGS) -O1 -g -fPIC -shared -o $@ $< -ldl -pthread

$(OUT)/fuzz_%: $(OUT)/tests/fuzz/entry_%.o $(OUT)/tests/fuzz/%.o $(OUT)/tests/fuzz/support.o $(OUT)/libreprise.a
	$(CC) $(ALL_LDFLAGS) -fsanitize=fuzzer -o $@ $^ $(ALL_LIBS)

$(OUT)/bench_kernels: $(OUT)/bench/kernels.o $(OUT)/libreprise.a
	$(CC) $(ALL_LDFLAGS) -o $@ $^ $(ALL_LIBS)

# The program on virtual cores, for scripts/bench/replay_schedule.py.
VIRTUAL := main clock_gettime sigtimedwait rp_not_cancelled rp_tokens_take rp_tokens_give rp_tokens_lend $(addprefix pthread_,kill \
    mutex_lock mutex_unlock rwlock_rdlock rwlock_wrlock rwlock_unlock cond_wait cond_timedwait cond_signal cond_broadcast create join)
$(OUT)/virtual_cores: $(OUT)/bench/virtual_cores.o $(OUT)/command/main.o $(OUT)/libreprise.a
	$(CC) $(ALL_LDFLAGS) $(foreach f,$(VIRTUAL),-Wl,--wrap=$f) -o $@ $^ $(ALL_LIBS)

$(OUT)/%.o: src/%.c $(OUT)/flags
	@mkdir -p $(@D)
	$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(OUT)/tests/%.o: tests/%.c $(OUT)/flags
	@mkdir -p $(@D)
	$(CC) $(ALL_CPPFLAGS) -Itests $(ALL_CFLAGS) $(shell pkg-config --cflags check) -MMD -MP -c -o $@ $<

$(OUT)/bench/%.o: scripts/bench/%.c $(OUT)/flags
	@mkdir -p $(@D)
	$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(OUT)/tests/fuzz/entry_%.o: tests/fuzz/entry.c $(OUT)/flags
	@mkdir -p $(@D)
	$(CC) $(ALL_CPPFLAGS) -Itests -DFUZZ_TARGET=rp_fuzz_$* $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

# The band's rows once for each instruction set; the program picks one when it runs.
$(OUT)/align/band_avx2.o: RP_ISA := -mavx2 -DRP_BAND_KERNEL=rp_band_avx2 -DRP_BAND_KERNEL_NAME='"avx2"'
$(OUT)/align/band_avx512.o: RP_ISA := -mavx512bw -mavx512vl -DRP_BAND_KERNEL=rp_band_avx512 -DRP_BAND_KERNEL_NAME='"avx512"'
$(OUT)/align/band_neon.o: RP_ISA := -DRP_BAND_KERNEL=rp_band_neon -DRP_BAND_KERNEL_NAME='"neon"'
$(OUT)/align/band_avx2.o $(OUT)/align/band_avx512.o $(OUT)/align/band_neon.o: src/align/band_kernel.c $(OUT)/flags
	@mkdir -p $(@D)
	$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -O3 $(RP_ISA) -MMD -MP -c -o $@ $<

# The kernels' source as a C string; their build errors name the files.
KERNELS := kernels/wire.h kernels/band.cl kernels/extend.cl kernels/grow.cl
$(OUT)/device/kernels_source.c: $(KERNELS) scripts/embed-kernels.sh
	@mkdir -p $(@D)
	@scripts/embed-kernels.sh $(KERNELS) >$@
$(OUT)/device/kernels_source.o: $(OUT)/device/kernels_source.c $(OUT)/flags
	$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -c -o $@ $<

# The profiles of protein domains, as they are.
$(OUT)/classify/own_profiles.c: data/domains.hmm scripts/embed-profiles.sh
	@mkdir -p $(@D)
	@scripts/embed-profiles.sh $< >$@
$(OUT)/classify/own_profiles.o: $(OUT)/classify/own_profiles.c $(OUT)/flags
	$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -c -o $@ $<

# The profiles of the heads of SINEs.
$(OUT)/classify/head_columns.c: data/sine_heads.tsv scripts/embed-heads.sh
	@mkdir -p $(@D)
	@scripts/embed-heads.sh $< >$@
$(OUT)/classify/head_columns.o: $(OUT)/classify/head_columns.c $(OUT)/flags
	$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -c -o $@ $<

# The digests of the code that states and indexes are bound to: of what the sources say, wherever and however they are
# built. They are looked at each time; only a change makes the object anew.
$(OUT)/base/code.c: FORCE
	@mkdir -p $(@D)
	@scripts/code-digest.sh >$@.new
	@cmp -s $@.new $@ && rm $@.new || mv $@.new $@
$(OUT)/base/code.o: $(OUT)/base/code.c $(OUT)/flags
	$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -c -o $@ $<

# Rebuilds everything when the compiler or a flag changes.
FLAGS := $(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) $(ALL_LDFLAGS)
$(OUT)/flags: FORCE
	@mkdir -p $(OUT)
	@echo '$(subst ','"'"',$(FLAGS))' | cmp -s - $@ || echo '$(subst ','"'"',$(FLAGS))' > $@
.PHONY: FORCE

-include $(wildcard $(OUT)/*/*.d $(OUT)/*/*/*.d)
# Dependency files come with their objects: make has no rule for them, built-in ones included.
$(OUT)/%.d: ;
MAKEFLAGS += --no-builtin-rules
.SUFFIXES:

deps:
	scripts/install-deps.sh

# deps may have installed the libraries a moment ago: a fresh make finds their flags.
demo:
	$(MAKE) all
	scripts/demo.sh $(OUT)/reprise-c

check:
	$(MAKE) all $(OUT)/check_units $(OUT)/check_schedules $(OUT)/faults.so $(OUT)/delays.so
	tests/run.sh $(OUT)

# What package builders run: the suites that end soon, and the manual's tutorial.
QUICK := base file genome align family library classify output
check-quick:
	$(MAKE) all $(OUT)/check_units
	for suite in $(QUICK); do CK_RUN_SUITE=$$suite $(OUT)/check_units || exit; done
	python3 tests/check_tutorial.py $(OUT)/reprise-c

check-cluster:
	$(MAKE) all
	python3 tests/check_cluster.py $(OUT)/reprise-c

check-packages:
	$(MAKE) all
	python3 tests/check_systems.py $(OUT)/reprise-c

soak:
	$(MAKE) all $(OUT)/delays.so
	python3 tests/soak.py $(OUT)/reprise-c $(if $(SOAK_SEED),--seed $(SOAK_SEED)) $(if $(SOAK_CASE),--case $(SOAK_CASE)) \
	    $(if $(SOAK_CPU_SECONDS),--cpu-seconds $(SOAK_CPU_SECONDS)) $(if $(SOAK_SECONDS),--seconds $(SOAK_SECONDS))

bench:
	$(MAKE) all $(OUT)/bench_kernels $(OUT)/virtual_cores
	scripts/bench/bench.py $(OUT)/reprise-c $(BENCH)

# As tests/check_layout.sh wants them.
format:
	find src tests scripts -name '*.[ch]' -exec clang-format-16 -i {} +

fuzzers: $(FUZZERS:%=$(OUT)/fuzz_%)

fuzz:
	$(MAKE) CC=clang SAN=$(FUZZ_SAN) CFLAGS="-O1 -g" fuzzers
	scripts/fuzz.sh $(BUILD)/san-$(subst $(comma),-,$(FUZZ_SAN)) $(FUZZ_SECONDS) $(FUZZERS)

install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/man/man1 $(DESTDIR)$(PREFIX)/share/man/man5 \
	    $(DESTDIR)$(PREFIX)/share/man/man7 \
	    $(DESTDIR)$(PREFIX)/share/bash-completion/completions
	install -m 755 $(OUT)/reprise-c $(DESTDIR)$(PREFIX)/bin/reprise-c
	install -m 755 scripts/workflow/reprise-c-pan $(DESTDIR)$(PREFIX)/bin/reprise-c-pan
	install -m 644 man/*.1 $(DESTDIR)$(PREFIX)/share/man/man1/
	install -m 644 man/*.5 $(DESTDIR)$(PREFIX)/share/man/man5/
	install -m 644 man/*.7 $(DESTDIR)$(PREFIX)/share/man/man7/
	install -m 644 scripts/reprise-c.bash $(DESTDIR)$(PREFIX)/share/bash-completion/completions/reprise-c

uninstall:
	rm -f $(DESTDIR)$(PREFIX)/bin/reprise-c-pan $(DESTDIR)$(PREFIX)/bin/reprise-c $(addprefix $(DESTDIR)$(PREFIX)/share/man/man1/,$(notdir $(wildcard man/*.1))) \
	    $(addprefix $(DESTDIR)$(PREFIX)/share/man/man5/,$(notdir $(wildcard man/*.5))) \
	    $(addprefix $(DESTDIR)$(PREFIX)/share/man/man7/,$(notdir $(wildcard man/*.7))) \
	    $(DESTDIR)$(PREFIX)/share/bash-completion/completions/reprise-c

dist:
	scripts/packaging/dist.sh $(VERSION) $(BUILD)/dist

packages: dist
	scripts/packaging/lay-out.sh $(BUILD)/dist/reprise-c-$(VERSION).tar.gz $(BUILD)/dist

deb: packages
	cd $(BUILD)/dist/reprise-c-$(VERSION) && dpkg-buildpackage -us -uc

clean:
	rm -rf $(BUILD)
