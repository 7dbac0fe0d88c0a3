/*
 * relatives: what each relative of fork gives to the process that it makes.
 *
 * The new process looks for a variable in data, one on the stack, an open file
 * and the working directory of the first process, and then changes all of them.
 * What it finds and the first process sees change is shared; what it finds
 * alone is a copy; what it does not find is new. copies.c has the relatives
 * whose child goes on in the same program, rfork.c Plan 9's, images.c those
 * that begin a program.
 */
#include "relatives.h"

#include <fcntl.h>
#include <reexec.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vms.h>

static const struct {
    const char *name;
    int (*make)(volatile int *on_stack);
} relatives[] = {
    {"fork (Unix)", by_fork},
    {"vfork (3BSD)", by_vfork},
    {"sproc(PR_SALL) (IRIX)", by_sproc},
    {"rfork(RFPROC) (Plan 9)", by_rfork},
    {"rfork(RFPROC|RFMEM) (Plan 9)", by_rfork_mem},
    {"rfork_thread(RFMEM) (FreeBSD)", by_rfork_thread},
    {"clone(CLONE_VM) (Linux)", by_clone},
    {"$CREPRC (VMS)", by_creprc},
    {"CreateProcess (NT)", by_nt},
    {"posix_spawn (POSIX)", by_posix_spawn},
    {"reexec (Go)", by_reexec},
    {"spawn (Tine)", by_spawn},
};

volatile int in_data;

int
probe(volatile int *on_stack)
{
    int saw = (in_data == OURS ? SAW_DATA : 0)
              | (*on_stack == OURS ? SAW_STACK : 0)
              | (fcntl(FILE_NUMBER, F_GETFD) >= 0 ? SAW_FILE : 0)
              | (access("member", F_OK) == 0 ? SAW_DIRECTORY : 0);

    in_data = *on_stack = THEIRS;
    close(FILE_NUMBER);
    chdir("..");
    return saw;
}

int
status_of(int pid)
{
    int status;

    return pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status)
               ? WEXITSTATUS(status) : -1;
}

static const char *
word(int saw, int changed)
{
    return !saw ? "new" : changed ? "shared" : "copy";
}

static void
show(const char *name, int (*make)(volatile int *on_stack))
{
    volatile int on_stack = in_data = OURS;

    dup2(STDIN_FILENO, FILE_NUMBER);
    chdir("family");
    int saw = make(&on_stack);
    if (saw < 0) {
        perror(name);
    } else {
        printf("%-30s %-7s %-7s %-7s %s\n", name,
               word(saw & SAW_DATA, in_data != OURS),
               word(saw & SAW_STACK, on_stack != OURS),
               word(saw & SAW_FILE, fcntl(FILE_NUMBER, F_GETFD) < 0),
               word(saw & SAW_DIRECTORY, access("member", F_OK) < 0));
    }
    fflush(stdout);
    if (access("member", F_OK) == 0) {
        chdir("..");
    }
}

static void
begins_anew(void)
{
    volatile int on_stack = 0;

    _exit(probe(&on_stack));
}

int
main(void)
{
    reexec_register("relative", begins_anew);
    if (vms_init() || reexec_init()) {
        return 0;
    }
    mkdir("family", 0755);
    close(open("family/member", O_CREAT | O_WRONLY, 0644));
    printf("%-30s %-7s %-7s %-7s %s\n", "", "data", "stack", "files",
           "directory");
    fflush(stdout);
    for (size_t i = 0; i < sizeof(relatives) / sizeof(relatives[0]); i++) {
        show(relatives[i].name, relatives[i].make);
    }
    unlink("family/member");
    return rmdir("family") < 0;
}
