/*
 * The relatives that begin a program: here this one, under a name for which
 * main calls begins_anew.
 */
#include "relatives.h"

#include <fcntl.h>
#include <reexec.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vms.h>

#include "abi/spawn.h"

static char *argv[] = {"relative", NULL}, *envp[] = {NULL};

int
by_posix_spawn(volatile int *on_stack)
{
    pid_t pid;
    int error = posix_spawn(&pid, reexec_self(), NULL, NULL, argv, envp);

    (void)on_stack;
    return error == 0 ? status_of(pid) : -1;
}

int
by_spawn(volatile int *on_stack)
{
    struct spawn_args args = {.path = (uintptr_t)reexec_self(),
                              .argv = (uintptr_t)argv};

    (void)on_stack;
    return status_of(spawn_program(&args));
}

/* Its status comes to the mailbox: it is no child of ours. */
int
by_creprc(volatile int *on_stack)
{
    char mailbox_name[32];
    struct vms_process process = {.image = reexec_self(), .argv = argv,
                                  .mailbox = mailbox_name};
    struct vms_message message;

    (void)on_stack;
    snprintf(mailbox_name, sizeof(mailbox_name), "/tmp/mailbox-%d", getpid());
    mkfifo(mailbox_name, 0600);
    pid_t pid = vms_spawn(&process);
    if (pid < 0) {
        unlink(mailbox_name);
        return -1;
    }
    int mailbox = open(mailbox_name, O_RDONLY);
    ssize_t n = read(mailbox, &message, sizeof(message));
    close(mailbox);
    unlink(mailbox_name);
    return n == sizeof(message) ? WEXITSTATUS(message.status) : -1;
}

int
by_nt(volatile int *on_stack)
{
    struct nt_process process = {.image = reexec_self(), .argv = argv};

    (void)on_stack;
    return status_of(nt_create(&process));
}

int
by_reexec(volatile int *on_stack)
{
    struct cmd cmd;

    (void)on_stack;
    reexec_command(&cmd, argv);
    return cmd_run(&cmd) < 0 ? -1 : process_exit_code(&cmd.state);
}
