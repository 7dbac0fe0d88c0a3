/*
 * Commands for the shell: system, popen, pclose.
 *
 * Essential fact: the child of vfork runs in our memory until it has become
 * the shell; so it changes only what each process has for itself: its
 * descriptors, its signals' actions and its mask.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static void
become_shell(const char *command)
{
    execl("/bin/sh", "sh", "-c", command, NULL);
    _exit(127);
}

static int
wait_for(pid_t pid)
{
    int status;

    while (waitpid(pid, &status, 0) < 0) {
        if (errno != EINTR) {
            return -1;
        }
    }
    return status;
}

/*
 * ^C and ^\ are for the command alone; and SIGCHLD waits, so that no handler
 * takes the status that is ours.
 */
int
system(const char *command)
{
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    struct sigaction interrupt, quit;
    sigset_t child, before;

    if (command == NULL) {
        return system("exit 0") == 0;
    }
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    sigprocmask(SIG_BLOCK, &child, &before);
    sigaction(SIGINT, &ignore, &interrupt);
    sigaction(SIGQUIT, &ignore, &quit);
    pid_t pid = vfork();
    if (pid == 0) {
        sigaction(SIGINT, &interrupt, NULL);
        sigaction(SIGQUIT, &quit, NULL);
        sigprocmask(SIG_SETMASK, &before, NULL);
        become_shell(command);
    }
    int status = pid < 0 ? -1 : wait_for(pid);
    int error = errno;
    sigaction(SIGINT, &interrupt, NULL);
    sigaction(SIGQUIT, &quit, NULL);
    sigprocmask(SIG_SETMASK, &before, NULL);
    errno = error;
    return status;
}

/* The streams of popen, which no later command gets. */
struct command {
    struct command *next;
    FILE *file;
    pid_t pid;
};

static struct command *commands;

/* In the child: `end` of the pipe becomes `fd`. */
static void
move_end(int end, int fd)
{
    for (struct command *c = commands; c != NULL; c = c->next) {
        close(fileno(c->file));
    }
    if (end == fd) {
        fcntl(fd, F_SETFD, 0);
    } else {
        dup2(end, fd);
    }
}

FILE *
popen(const char *command, const char *mode)
{
    bool reads = mode[0] == 'r';
    int fds[2];

    if ((!reads && mode[0] != 'w') || mode[1 + (mode[1] == 'e')] != '\0') {
        errno = EINVAL;
        return NULL;
    }
    struct command *entry = malloc(sizeof(*entry));
    if (entry == NULL || pipe2(fds, O_CLOEXEC) < 0) {
        free(entry);
        return NULL;
    }
    int ours = fds[!reads], its = fds[reads];
    entry->file = fdopen(ours, reads ? "r" : "w");
    entry->pid = entry->file == NULL ? -1 : vfork();
    if (entry->pid == 0) {
        move_end(its, reads ? STDOUT_FILENO : STDIN_FILENO);
        become_shell(command);
    }
    int error = errno;
    close(its);
    if (entry->pid < 0) {
        if (entry->file == NULL) {
            close(ours);
        } else {
            fclose(entry->file);
        }
        free(entry);
        errno = error;
        return NULL;
    }
    fcntl(ours, F_SETFD, mode[1] == 'e' ? FD_CLOEXEC : 0);
    entry->next = commands;
    commands = entry;
    return entry->file;
}

/* => the status as wait has it; -1 and ECHILD if popen did not make it */
int
pclose(FILE *file)
{
    for (struct command **link = &commands; *link; link = &(*link)->next) {
        struct command *entry = *link;
        if (entry->file == file) {
            pid_t pid = entry->pid;
            *link = entry->next;
            free(entry);
            fclose(file);
            return wait_for(pid);
        }
    }
    errno = ECHILD;
    return -1;
}
