#pragma once

/*
 * Processes as VMS and Windows NT make them: from an image, with what is
 * listed, and of the maker nothing else.
 */

#include <stdbool.h>
#include <stddef.h>

#include "abi/posix.h"

/* A VMS process.  It has no descriptor, no environment and nothing of the
 * maker's surroundings but what is named here; ids, limits, group and session
 * are the maker's.  Its parent is a watcher, a process of this program, which
 * waits for it and then writes the mailbox: so not only the maker can have its
 * status, and the maker may end before. */
struct vms_process {
    const char *image;
    char *const *argv;     /* NULL: the image's name */
    char *const *envp;     /* NULL: empty */
    const char *input;     /* names of files, from the directory; NULL: closed.
                              The last two are made, or added to */
    const char *output, *error;
    const char *directory; /* NULL: the root */
    mode_t umask;
    const char *mailbox;   /* a file (added to) or a FIFO, which exists already,
                              named from the directory; or NULL */
};

struct vms_message {
    pid_t pid;
    int status;            /* as wait has it */
    unsigned long cpu_us;  /* CPU time */
    unsigned long peak_kb; /* the most memory */
};

/* In main, first of all: the watcher is this program.  => its end has come */
bool vms_init(void);

/* => the process's pid, which is no child of the caller; -1 and errno: there is
 *    none */
pid_t vms_spawn(const struct vms_process *process);

/* ---- NT ---- */

#define NT_SUSPENDED 1

/* An NT process: environment and directory are the maker's unless given (NULL);
 * handles are inherited only if listed, under their numbers. */
struct nt_process {
    const char *image;
    char *const *argv;
    char *const *envp;
    const char *directory;
    const int *handles;
    size_t count;
    int flags;
};

/* => its pid, a child; suspended: stopped before its first instruction, as
 *    waitpid reports; -1 and errno: there is none */
pid_t nt_create(const struct nt_process *process);
int nt_resume(pid_t pid);
