/*
 * execve: check, then commit.  The new space is built beside the old one, with
 * stack and arguments.  Once the process has changed to it, nothing can fail.
 */
#include "abi/errno.h"
#include "common/string.h"

#include "core/optional.h"

#include "arch/cpu.h"
#include "arch/trap.h"

#include "mm/as.h"

#include "fs/file.h"
#include "fs/path.h"

#include "proc/cred.h"
#include "proc/exec.h"
#include "proc/exit.h"
#include "proc/fork.h"
#include "proc/itimer.h"
#include "proc/process.h"
#include "proc/sched.h"
#include "proc/signal.h"

OPTIONAL(itimer_exec) OPTIONAL(program_cred) OPTIONAL(cred_install)
OPTIONAL(script_follow)

/* The new program while it is being built. */
struct builder {
    struct as *as;
    struct files *files; /* a copy, if the caller's table is shared */
    struct cred *cred;   /* NULL: it stays as it is */
    struct args args;
    struct elf_image image;
    vaddr_t rsp;
};

/* Load the program, or if it is a script, its interpreter. */
static int
load(struct builder *b, const char *path, struct inode **program)
{
    for (;;) {
        int error = elf_load(b->as, inode_object(*program), &b->image);
        /* A part of it is mapped: it was a program, whatever it is now. */
        if (error != -ENOEXEC || b->as->vmas != NULL) {
            return error;
        }
        error = script_follow(&b->args, path, program);
        if (error <= 0) {
            return error != 0 ? error : -ENOEXEC;
        }
    }
}

/* Do everything that can fail.  => 0 and the new program in b */
static int
prepare(struct builder *b, const char *path, vaddr_t argv, vaddr_t envp,
        struct inode **program)
{
    b->as = as_alloc(1);
    b->files = NULL;
    b->cred = NULL;
    /* The first program has no arguments, but knows its path. */
    int error = args_read(&b->args, current->as != NULL ? "" : path, argv,
                          envp);

    if (error == 0) {
        error = b->as != NULL ? load(b, path, program) : -ENOMEM;
    }
    if (error == 0) {
        int secure = program_cred(*program, &b->cred);
        b->args.secure = secure > 0;
        error = MIN(secure, 0);
    }
    if (error == 0) {
        b->args.cred = b->cred != NULL ? b->cred : cred_current();
        error = args_push(&b->args, path, b->as, &b->image, &b->rsp);
    }
    if (error == 0) {
        b->files = files_for_exec(current->files);
        /* Last: a program whose exec fails keeps its handlers. */
        error = b->files != NULL ? signal_reset_exec() : -ENOMEM;
    }
    return error;
}

static void
set_registers(const struct builder *b)
{
    sched_reset_fpu();
    sched_set_fs_base(0);
    *current->frame = (struct trapframe){
        .rip = b->image.entry, .rsp = b->rsp, .cs = USER_CS, .ss = USER_SS,
        .rflags = RFLAGS_IF | RFLAGS_ONE, .vector = VECTOR_CHANGED,
    };
}

static void
commit(struct builder *b, const char *path)
{
    struct process *process = current->process;
    struct files *old = current->files;
    const char *slash = strrchr(path, '/');

    b->as->brk_start = b->as->brk = b->image.brk;
    proc_change_memory(b->as);
    if (b->cred != NULL) {
        cred_install(b->cred);
    }
    current->files = b->files;
    current->altstack = (stack_t){.ss_flags = SS_DISABLE};
    spin_lock(&family_lock);
    strlcpy(process->comm, slash != NULL ? slash + 1 : path, COMM_SIZE);
    process->execs++;
    process->exit_signal = SIGCHLD;
    if (b->args.secure) {
        process->death_signal = 0;
    }
    spin_unlock(&family_lock);
    files_put(old); /* a process that it wakes sees the exec */
    files_close_on_exec(b->files);
    if (process->itimers != NULL) {
        itimer_exec();
    }
    set_registers(b);
    vfork_release(current); /* last: the exec is complete now */
}

int
proc_exec(const char *path, vaddr_t argv, vaddr_t envp)
{
    struct inode *program;
    int error = path_find_program(path, &program);

    return error != 0 ? error
                      : proc_exec_program(program, path, false, argv, envp);
}

int
proc_exec_program(struct inode *program, const char *path, bool hidden,
                  vaddr_t argv, vaddr_t envp)
{
    struct builder b;

    b.args.hidden = hidden;
    int error = prepare(&b, path, argv, envp, &program);
    if (error == 0) {
        error = thread_end_others();
    }
    if (error == 0) {
        /* ---- no failure below this line ---- */
        commit(&b, path);
    } else {
        as_put(b.as);
        files_put(b.files);
        cred_put(b.cred);
        if (error == -EINVAL && current->as != NULL) {
            /* As on Linux, past its point of no return. */
            signal_force(SIGSEGV, SI_KERNEL, 0);
        }
    }
    program_put(program);
    args_free(&b.args);
    return error;
}
