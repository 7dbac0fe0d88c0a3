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
#include "fs/inherit.h"
#include "fs/path.h"

#include "proc/cred.h"
#include "proc/exec.h"
#include "proc/exit.h"
#include "proc/fork.h"
#include "proc/process.h"
#include "proc/sched.h"
#include "proc/signal.h"
#include "proc/template.h"
#include "proc/timer.h"

OPTIONAL(itimer_exec) OPTIONAL(program_cred) OPTIONAL(cred_install)
OPTIONAL(script_follow) OPTIONAL(template_save) OPTIONAL(thread_end_others)

/* Load the program, or if it is a script, its interpreter. */
static int
load(struct program *b, const char *path, struct inode **inode)
{
    for (;;) {
        int error = elf_load(b->as, inode_object(*inode), &b->image);
        /* A part of it is mapped: it was a program, whatever it is now. */
        if (error != -ENOEXEC || b->as->vmas != NULL) {
            return error;
        }
        error = script_follow(&b->args, path, inode);
        if (error <= 0) {
            return error != 0 ? error : -ENOEXEC;
        }
    }
}

static int
build(struct program *b, const char *path, vaddr_t argv, vaddr_t envp,
      struct inode **inode)
{
    /* The first program has no arguments, but knows its path. */
    int error = args_read(&b->args, current->as != NULL ? "" : path, argv,
                          envp);

    if (error == 0) {
        b->as = as_alloc(1);
        error = b->as != NULL ? load(b, path, inode) : -ENOMEM;
    }
    if (error == 0) {
        int secure = program_cred(*inode, &b->cred);
        b->args.secure = secure > 0;
        error = MIN(secure, 0);
    }
    if (error == 0) {
        b->args.cred = b->cred != NULL ? b->cred : cred_current();
        error = args_push(&b->args, path, b->as, &b->image, &b->rsp);
    }
    if (error == 0 && b->image.plain) {
        error = template_save(b->as, inode_object(*inode), &b->image);
    }
    return error;
}

/* Name the program after the file's name in the path. */
static void
set_name(struct program *program, const char *path)
{
    const char *end = path + strlen(path), *start = end;

    while (start > path && start[-1] != '/') {
        start--;
    }
    size_t length = MIN((size_t)(end - start), COMM_SIZE - 1UL);
    memcpy(program->name, start, length);
    program->name[length] = '\0';
}

int
program_build_from(struct program *program, struct inode *inode,
                   const char *path, bool hidden, vaddr_t argv, vaddr_t envp)
{
    program->as = NULL;
    program->cred = NULL;
    program->args.hidden = hidden;
    int error = build(program, path, argv, envp, &inode);
    program_put(inode);
    if (error == 0) {
        program->as->brk_start = program->as->brk = program->image.brk;
        set_name(program, path);
    }
    return error;
}

int
program_build(struct program *program, const char *path, vaddr_t argv,
              vaddr_t envp)
{
    struct inode *inode;
    int error = path_find_program(path, &inode);

    if (error == 0) {
        return program_build_from(program, inode, path, false, argv, envp);
    }
    program->as = NULL;
    program->cred = NULL;
    program->args.words = program->args.few; /* nothing to free */
    program->args.script = NULL;
    return error;
}

void
program_drop(struct program *program, bool taken)
{
    if (!taken) {
        as_put(program->as);
        cred_put(program->cred);
    }
    args_free(&program->args);
}

void
program_enter(const struct program *program, struct trapframe *frame)
{
    *frame = (struct trapframe){
        .rip = program->image.entry, .rsp = program->rsp,
        .cs = USER_CS, .ss = USER_SS,
        .rflags = RFLAGS_IF | RFLAGS_ONE, .vector = VECTOR_CHANGED,
    };
}

static void
commit(struct program *program, struct files *files)
{
    struct process *process = current->process;
    struct files *old = current->files;

    proc_change_memory(program->as);
    if (program->cred != NULL) {
        cred_install(program->cred);
    }
    current->files = files;
    current->altstack = (stack_t){.ss_flags = SS_DISABLE};
    spin_lock(&family_lock);
    __builtin_memcpy(process->comm, program->name, COMM_SIZE);
    process->execs++;
    process->exit_signal = SIGCHLD;
    if (program->args.secure) {
        process->death_signal = 0;
    }
    spin_unlock(&family_lock);
    files_put(old); /* a process that it wakes sees the exec */
    files_close_on_exec(files);
    if (process->itimers != NULL) {
        itimer_exec();
    }
    sched_reset_fpu();
    sched_set_fs_base(0);
    program_enter(program, current->frame);
    vfork_release(current); /* last: the exec is complete now */
}

/* The other threads have gone on until they ended: look again at what they may
 * have changed.  As on Linux, who fails here does not come back. */
static void
look_again(struct files **files)
{
    struct files *now = NULL;

    if (*files != current->files
        && (now = files_for_exec(current->files)) != NULL) {
        files_put(*files); /* the locks stay with those that nobody shares */
        *files = now;
    }
    if (signal_reset_exec(true) != 0) {
        signal_raise(SIGKILL);
    }
}

/* The program was built, or not with this error. */
static int
exec(struct program *program, int error)
{
    struct files *files = NULL;
    bool broken = error == -EINVAL && current->as != NULL;

    if (error == 0) {
        files = files_for_exec(current->files);
        /* A program whose exec fails keeps its handlers. */
        error = files != NULL ? signal_reset_exec(false) : -ENOMEM;
    }
    if (error == 0) {
        error = thread_end_others();
    }
    if (error == 0) {
        /* ---- no failure below this line ---- */
        look_again(&files);
        commit(program, files);
    } else {
        files_put(files);
        if (broken) { /* as on Linux, past its point of no return */
            signal_force(SIGSEGV, SI_KERNEL, 0);
        }
    }
    program_drop(program, error == 0);
    return error;
}

int
proc_exec(const char *path, vaddr_t argv, vaddr_t envp)
{
    struct program program;

    return exec(&program, program_build(&program, path, argv, envp));
}

int
proc_exec_program(struct inode *inode, const char *path, bool hidden,
                  vaddr_t argv, vaddr_t envp)
{
    struct program program;

    return exec(&program, program_build_from(&program, inode, path, hidden,
                                             argv, envp));
}
