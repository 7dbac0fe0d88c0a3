/*
 * Part of the coverage kernel only (make coverage): when the machine ends, by
 * whatever way, the counters of gcc's instrumentation go to the host.
 *
 * Essential fact: the normal kernel knows nothing of this.  The linker leads
 * the calls of core/panic.h through here (--wrap), and the script gathers the
 * instrumented files' records in .gcov_info.
 */
#include "common/string.h"

#include "core/hostlink.h"
#include "core/panic.h"

#include "arch/cpu.h"

/* What libgcov gives and wants, as in gcc's <gcov.h>. */
struct gcov_info;
void __gcov_info_to_gcda(const struct gcov_info *info,
                         void (*filename)(const char *name, void *arg),
                         void (*dump)(const void *data, unsigned size,
                                      void *arg),
                         void *(*allocate)(unsigned size, void *arg),
                         void *arg);
void __gcov_merge_add(void);
void *mmap(void);
__noreturn void abort(void);

__noreturn void __real_machine_power_off(void);
__noreturn void __real_machine_reset(void);
__noreturn void __real_machine_fail(void);
__noreturn void __wrap_machine_power_off(void);
__noreturn void __wrap_machine_reset(void);
__noreturn void __wrap_machine_fail(void);

extern const struct gcov_info *const gcov_info_start[];
extern const struct gcov_info *const gcov_info_end[];

/* One record: a file's name, NUL, and the next bytes of that file. */
static struct {
    u8 data[HOST_RECORD_MAX];
    size_t head; /* bytes of the name, with its NUL */
    size_t size;
} record;

static void
send_record(void)
{
    host_send(HOST_COVERAGE, record.data, record.size);
    record.size = record.head;
}

static void
begin_file(const char *name, void *arg)
{
    (void)arg;
    record.head = strlen(name) + 1;
    assert(record.head < HOST_RECORD_MAX);
    memcpy(record.data, name, record.head);
    record.size = record.head;
}

static void
add_bytes(const void *data, unsigned size, void *arg)
{
    (void)arg;
    for (unsigned i = 0; i < size; i++) {
        if (record.size == HOST_RECORD_MAX) {
            send_record();
        }
        record.data[record.size++] = ((const u8 *)data)[i];
    }
}

/* Once, before the end: a panic on the way must not begin it again.  libgcov
 * uses a red zone, so no interrupt may come. */
static void
dump(void)
{
    static bool begun;

    cpu_interrupts_off();
    if (begun) {
        return;
    }
    begun = true;
    for (const struct gcov_info *const *info = gcov_info_start;
         info < gcov_info_end; info++) {
        /* Nothing is allocated: -fprofile-arcs has counters only. */
        __gcov_info_to_gcda(*info, begin_file, add_bytes, NULL, NULL);
        send_record();
    }
}

void
__wrap_machine_power_off(void)
{
    dump();
    __real_machine_power_off();
}

void
__wrap_machine_reset(void)
{
    dump();
    __real_machine_reset();
}

void
__wrap_machine_fail(void)
{
    dump();
    __real_machine_fail();
}

/* What libgcov names and never calls here. */

void
__gcov_merge_add(void)
{
}

void *
mmap(void)
{
    return (void *)-1L;
}

void
abort(void)
{
    panic("libgcov");
}
