/*
 * The boot order, as a table of contents.
 */
#include "common/string.h"

#include "core/bootinfo.h"
#include "core/config.h"
#include "core/optional.h"
#include "core/panic.h"
#include "core/printk.h"

#include "arch/apic.h"
#include "arch/smp.h"
#include "arch/trap.h"

#include "mm/frame.h"
#include "mm/kmap.h"

#include "proc/exec.h"
#include "proc/fork.h"
#include "proc/oom.h"
#include "proc/process.h"
#include "proc/sched.h"

#include "fs/file.h"
#include "fs/fs.h"

#include "dev/dev.h"

#include "abi/fcntl.h"

#include "debug/debug.h"

void kernel_main(u32 magic, paddr_t info);

OPTIONAL(vga_init) OPTIONAL(rtc_init) OPTIONAL(keyboard_init)
OPTIONAL(acpi_init) OPTIONAL(sched_start_cpus)
OPTIONAL(debug_early_init) OPTIONAL(debug_init) OPTIONAL(oom_init)

static char init_path[PATH_MAX] = "/bin/init";

static void
banner(void)
{
    char name[CPU_NAME_SIZE];

    cpu_name(name);
    printk("Tine %s, booted by %s\ncpu: %s\n", TINE_VERSION, bootinfo.door,
           name);
}

static void
read_boot_words(void)
{
    char word[32];

    if (boot_word("fork", word, sizeof(word)) && fork_set_mode(word) != 0) {
        panic("boot word fork=%s: eager, page, table, tree, share or none",
              word);
    }
    if (boot_word("vfork", word, sizeof(word)) && strcmp(word, "vfork") != 0) {
        vfork_flags = 0;
        if (strcmp(word, "fork") != 0) {
            panic("boot word vfork=%s: fork or vfork", word);
        }
    }
    boot_word("init", init_path, sizeof(init_path));
}

/* pid 1: do the last steps of boot, then run the first program. */
static void
start_init(void *arg)
{
    (void)arg;
    current->files = files_alloc();
    if (current->files == NULL) {
        panic("no memory for descriptors");
    }
    current->fs = &first_fs_context;
    fs_init();
    debug_init();
    for (int fd = 0; fd < 3; fd++) {
        int error = fs_open(NULL, "/dev/console", O_RDWR, 0);
        if (error != fd) {
            panic("/dev/console: error %d", error);
        }
    }
    int error = proc_exec(init_path, 0, 0);
    if (error != 0) {
        panic("cannot execute init, %s: error %d", init_path, error);
    }
    trap_return(current->frame);
}

void
kernel_main(u32 magic, paddr_t info)
{
    trap_init();                 /* descriptor tables, traps, per-CPU data */
    serial_init();               /* COM1: the console */
    vga_init();                  /* the screen, a console too */
    bootinfo_init(magic, info);  /* what the loader told us */
    hostlink_init();             /* COM2: records for tools/run */
    banner();
    acpi_init();                 /* the list of CPUs, from the firmware */
    kmap_init();                 /* the kernel's own page tables */
    debug_early_init();          /* the checkers' memory */
    frame_init();                /* physical memory */
    oom_init();                  /* what is kept for a time without it */
    apic_init();                 /* interrupts, and the clocks */
    rtc_init();                  /* the time of day */
    serial_listen();             /* the console's input */
    keyboard_init();             /* more of it */
    sched_init();                /* this context becomes the idle thread */
    sched_start_cpus();          /* the other CPUs: idle at first */
    read_boot_words();
    proc_start_init(start_init); /* pid 1 continues with fs_init */
    sched_idle();
}
