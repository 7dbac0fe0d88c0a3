/*
 * The last words of a process: exits and await.
 *
 *     child: exits("m") --record--> pipe of the parent --> await: "pid ... 'm'"
 *
 * Essential fact: the record is in the pipe before the child has ended, so it
 * is there when wait4 has found the child. It is smaller than PIPE_BUF, so
 * records of several children do not mix.
 */
#include <errno.h>
#include <fcntl.h>
#include <plan9.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include "c/internal.h"
#include "c/plan9.h"

#undef getenv

#define MAIL_LOWEST 240 /* the pipe's descriptors are at this or above */

struct mail {
    pid_t pid;
    char message[ERRMAX];
};

struct child {
    pid_t pid;
    struct timespec start;
    char message[ERRMAX]; /* "": none has come */
    struct child *next;
};

/* ---- The child ---- */

/* The descriptor that leads to the parent, in a program that exec started. */
static int
way_to_parent(void)
{
    const char *text = getenv(EXITS_NAME);
    char *end;

    if (OWN.exits_fd != 0) {
        return OWN.exits_fd;
    }
    if (text != NULL) { /* "descriptor:pid": is it for us? */
        long fd = strtol(text, &end, 10);
        if (*end == ':' && atol(end + 1) == getpid()) {
            return (int)fd;
        }
    }
    return EXITS_FD;
}

static void
send(const char *message)
{
    struct mail mail = {.pid = getpid()};
    int fd = way_to_parent();
    struct stat st;

    snprintf(mail.message, sizeof(mail.message), "%s %d: %s", program_name(),
             (int)mail.pid, message);
    if (fstat(fd, &st) == 0 && S_ISFIFO(st.st_mode)) {
        write(fd, &mail, sizeof(mail)); /* if it is full, it is lost */
    }
}

_Noreturn void
_exits(const char *message)
{
    bool fails = message != NULL && *message != '\0';

    if (fails) {
        send(message);
    }
    _exit(fails);
}

_Noreturn void
exits(const char *message)
{
    bool fails = message != NULL && *message != '\0';

    if (OWN.borrows) { /* what was registered is for its parent's end */
        fflush(NULL);
        _exits(message);
    }
    if (fails) {
        send(message);
    }
    exit(fails);
}

void
mail_inherit(bool waited_for, bool own_table)
{
    if (!own_table) {
        OWN.exits_fd = waited_for ? OWN.mail_out : -1;
    } else {
        OWN.exits_fd = 0;
        if (waited_for) {
            dup2(OWN.mail_out, EXITS_FD);
        } else {
            close(EXITS_FD);
        }
        if (OWN.mail_in != 0) {
            close(OWN.mail_in);
            close(OWN.mail_out);
        }
    }
    OWN.mail_in = OWN.mail_out = 0;
    OWN.children = NULL;
}

int
mail_way(char *text, size_t size)
{
    if (OWN.exits_fd <= 0) {
        return 0;
    }
    fcntl(OWN.exits_fd, F_SETFD, 0);
    return snprintf(text, size, "%d:%d", OWN.exits_fd, (int)getpid());
}

/* ---- The parent ---- */

/* Move a descriptor out of the way of the program's. */
static int
move_up(int fd)
{
    int up = fcntl(fd, F_DUPFD_CLOEXEC, MAIL_LOWEST);

    close(fd);
    return up;
}

int
mail_open(void)
{
    int ends[2];

    if (OWN.mail_in != 0) {
        return 0;
    }
    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0) {
        return -1;
    }
    ends[0] = move_up(ends[0]);
    ends[1] = move_up(ends[1]);
    if (ends[0] < 0 || ends[1] < 0) {
        close(ends[0]);
        close(ends[1]);
        errno = EMFILE;
        return -1;
    }
    OWN.mail_in = ends[0];
    OWN.mail_out = ends[1];
    return 0;
}

struct child *
child_reserve(void)
{
    return calloc(1, sizeof(struct child));
}

void
child_add(struct child *child, pid_t pid)
{
    if (child == NULL || pid < 0) {
        free(child);
        return;
    }
    child->pid = pid;
    clock_gettime(CLOCK_MONOTONIC, &child->start);
    child->next = OWN.children;
    OWN.children = child;
}

/* The link to a child's record. */
static struct child **
link_of(pid_t pid)
{
    struct child **at = &OWN.children;

    while (*at != NULL && (*at)->pid != pid) {
        at = &(*at)->next;
    }
    return at;
}

/* Take what has come, of all children. */
static void
receive(void)
{
    struct mail mail;

    while (OWN.mail_in != 0
           && read(OWN.mail_in, &mail, sizeof(mail)) == sizeof(mail)) {
        struct child *child = *link_of(mail.pid);
        if (child != NULL) {
            memcpy(child->message, mail.message, sizeof(mail.message));
        }
    }
}

static long
ms_of(const struct timeval *time)
{
    return time->tv_sec * 1000 + time->tv_usec / 1000;
}

/* What a program says that ended without a message. */
static void
message_of_status(pid_t pid, int status, char *message)
{
    if (WIFSIGNALED(status)) {
        snprintf(message, ERRMAX, "%d: signal %d", (int)pid, WTERMSIG(status));
    } else if (WEXITSTATUS(status) != 0) {
        snprintf(message, ERRMAX, "%d: status %d", (int)pid,
                 WEXITSTATUS(status));
    }
}

/* Put a text in quotes, each in it doubled, as Plan 9's %q. */
static void
quote(char *to, const char *from)
{
    *to++ = '\'';
    for (; *from != '\0'; from++) {
        if (*from == '\'') {
            *to++ = '\'';
        }
        *to++ = *from;
    }
    *to++ = '\'';
    *to = '\0';
}

int
await(char *buf, int n)
{
    char text[2 * ERRMAX + 80], quoted[2 * ERRMAX + 3], message[ERRMAX] = "";
    struct rusage usage;
    struct timespec now;
    int status;
    long ms = 0;
    pid_t pid = wait4(-1, &status, 0, &usage);

    if (pid < 0) {
        return -1;
    }
    receive();
    struct child **at = link_of(pid);
    struct child *child = *at;
    if (child != NULL) {
        clock_gettime(CLOCK_MONOTONIC, &now);
        ms = (now.tv_sec - child->start.tv_sec) * 1000
             + (now.tv_nsec - child->start.tv_nsec) / 1000000;
        memcpy(message, child->message, sizeof(message));
        *at = child->next;
        free(child);
    }
    if (message[0] == '\0') {
        message_of_status(pid, status, message);
    }
    quote(quoted, message);
    int length = snprintf(text, sizeof(text), "%d %ld %ld %ld %s", (int)pid,
                          ms_of(&usage.ru_utime), ms_of(&usage.ru_stime), ms,
                          quoted);
    length = length < n ? length : n > 0 ? n : 0;
    memcpy(buf, text, (size_t)length);
    return length;
}
