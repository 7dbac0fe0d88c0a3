/*
 * The hostile modes: boot words own=, preempt=, nomem=, check=.  What can be
 * changed while the system runs: files /proc/tine/fork and /proc/tine/nomem.
 */
#include "abi/errno.h"
#include "common/string.h"

#include "core/bootinfo.h"
#include "core/panic.h"

#include "arch/percpu.h"

#include "mm/as.h"
#include "mm/nomem.h"

#include "proc/fork.h"
#include "proc/thread.h"
#include "proc/sched.h"

#include "fs/procfs.h"

#include "sys/sys.h"

#include "debug/debug.h"

static u64 check_interval; /* run the checkers at every Nth system call */

/* The whole text must be a decimal number above 0.  => 0 or -EINVAL */
static int
knob_number(const char *text, u64 *number)
{
    *number = 0;
    while (*text >= '0' && *text <= '9' && *number <= 1UL << 60) {
        *number = *number * 10 + (u64)(*text++ - '0');
    }
    return *text == '\0' && *number > 0 ? 0 : -EINVAL;
}

static void
at_syscall_end(void)
{
    static u64 calls;

    if (preempt_always) {
        cpu_add_work(WORK_RESCHED);
    }
    if (check_interval != 0
        && __atomic_add_fetch(&calls, 1, __ATOMIC_RELAXED) % check_interval
               == 0) {
        check_or_panic();
    }
}

/* The value of boot word `name=N`, or 1 for `name=always`; 0: no such word. */
static u64
word_value(const char *name, bool always)
{
    char word[32];
    u64 value = 1;

    if (!boot_word(name, word, sizeof(word))) {
        return 0;
    }
    if (always && strcmp(word, "always") != 0) {
        panic("boot word %s=%s: always", name, word);
    }
    if (!always && knob_number(word, &value) != 0) {
        panic("boot word %s=%s: a number above 0", name, word);
    }
    return value;
}

static void
read_words(void)
{
    own_always = word_value("own", true) != 0;
    preempt_always = word_value("preempt", true) != 0;
    check_interval = word_value("check", false);
    nomem_default.next = nomem_default.step = word_value("nomem", false);
    if (preempt_always || check_interval != 0) {
        syscall_set_hook(at_syscall_end);
    }
}

static int
fork_show(struct text *out)
{
    text_printf(out, "%s\n", fork_mode->name);
    return 0;
}

static int
nomem_show(struct text *out)
{
    text_printf(out, "next %lu\npassed %lu\n", current->nomem.next,
                current->nomem.passed); /* without those for this text */
    return 0;
}

/* "once N", "from N", "every N" or "off", for the writer's own allocations.
 * "off" keeps the count of those made. */
static int
nomem_store(const char *word)
{
    const char *number = strchr(word, ' ');
    struct nomem nomem = {.passed = 0};

    if (strcmp(word, "off") == 0) {
        current->nomem.next = 0;
        this_cpu()->nomem = NULL;
        return 0;
    }
    if (number == NULL || knob_number(number + 1, &nomem.next) != 0) {
        return -EINVAL;
    }
    if (strncmp(word, "every ", 6) == 0) {
        nomem.step = nomem.next;
    } else if (strncmp(word, "from ", 5) == 0) {
        nomem.step = 1;
    } else if (strncmp(word, "once ", 5) != 0) {
        return -EINVAL;
    }
    current->nomem = nomem;
    this_cpu()->nomem = &current->nomem;
    return 0;
}

void
knobs_init(void)
{
    read_words();
    procfs_register("tine/fork", fork_show, fork_set_mode);
    procfs_register("tine/nomem", nomem_show, nomem_store);
}
