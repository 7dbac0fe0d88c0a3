/*
 * The longest spans of kernel work (core/spans.h), for `make SPANS=1` only, on
 * one CPU under --icount, where the TSC counts instructions.  /proc/tine/spans
 * has a line for each place:
 *
 *     INSTRUCTIONS KIND FUNCTION NAME
 *
 * KIND: look, without a look at others; off, with interrupts off; lock, with
 * the lock NAME.  FUNCTION is where the span ended; for `look`, NAME is the
 * thread's system call, or `trap`.  A write clears the list.
 */
#include "common/string.h"

#include "core/panic.h"
#include "core/spin.h"

#include "arch/cpu.h"
#include "arch/trap.h"

#include "proc/thread.h"

#include "fs/procfs.h"

#include "sys/sys.h"

#include "debug/debug.h"

#define SITES 2048
#define DEPTH 32
#define SHORT 2000 /* not noted */

enum { LOOK, OFF, LOCK };

static struct site {
    u64 longest;
    u64 where; /* return address */
    const char *name;
    int kind;
} sites[SITES];

static u64 looked, off_since;
static struct {
    const struct spinlock *lock;
    u64 since;
} taken[DEPTH];
static int depth;
static bool on; /* a program runs */
static const struct thread *caller;
static const char *call; /* that it entered the kernel with */

static void
note(int kind, const char *name, u64 since, u64 where)
{
    u64 span = rdtsc() - since;
    struct site *place = sites + (where ^ where >> 11) % SITES;

    if (since == 0 || span < SHORT) {
        return;
    }
    for (int n = 0; n < SITES && place->where != 0
                    && (place->where != where || place->kind != kind); n++) {
        place = place + 1 < sites + SITES ? place + 1 : sites;
    }
    if (span > place->longest) {
        *place = (struct site){span, where, name, kind};
    }
}

#define CALLER ((u64)__builtin_return_address(0))

void
span_look(void)
{
    if (on) {
        note(LOOK, caller == current ? call : "resumed", looked, CALLER);
        looked = rdtsc();
        /* Its holder rests here, if it must; who waits for it looks, too. */
        for (int i = 0; i < depth; i++) {
            if (taken[i].lock->rank == RANK_AS) {
                note(LOCK, taken[i].lock->name, taken[i].since, CALLER);
                taken[i].since = looked;
            }
        }
    }
}

void
span_enter(void)
{
    const struct trapframe *frame = current->frame;

    on = true;
    caller = current;
    call = frame->vector != VECTOR_SYSCALL ? "trap"
           : (u32)frame->rax < syscall_count
               ? syscall_texts[(u32)frame->rax].name : "unknown";
    looked = rdtsc();
}

void
span_leave(void)
{
    note(LOOK, caller == current ? call : "resumed", looked, CALLER);
    looked = 0;
}

void
span_off(void)
{
    if (off_since == 0 && on) {
        off_since = rdtsc();
    }
}

void
span_on(void)
{
    note(OFF, "-", off_since, CALLER);
    off_since = 0;
}

void
span_lock(const struct spinlock *lock)
{
    if (on && depth < DEPTH) {
        taken[depth].lock = lock;
        taken[depth++].since = rdtsc();
    }
}

void
span_unlock(const struct spinlock *lock)
{
    for (int i = depth - 1; i >= 0; i--) {
        if (taken[i].lock == lock) {
            note(LOCK, lock->name, taken[i].since, CALLER);
            memmove(&taken[i], &taken[i + 1],
                    (size_t)(--depth - i) * sizeof(taken[0]));
            break;
        }
    }
}

static int
spans_show(struct text *out)
{
    static const char *const kinds[] = {"look", "off", "lock"};
    u64 offset;

    for (const struct site *at = sites; at < sites + SITES; at++) {
        if (at->longest != 0) {
            text_printf(out, "%lu %s %s %s\n", at->longest, kinds[at->kind],
                        symbol_at(at->where - 1, &offset),
                        at->name != NULL ? at->name : "none");
        }
    }
    looked = 0; /* this span is not to be seen */
    return 0;
}

static int
spans_store(const char *line)
{
    (void)line;
    memset(sites, 0, sizeof(sites));
    return 0;
}

static void
nothing(void)
{
}

void
spans_init(void)
{
    syscall_set_hook(nothing); /* so that each call's end is seen */
    procfs_register("tine/spans", spans_show, spans_store);
}
