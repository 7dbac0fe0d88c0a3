/*
 * Redirections. They are made in the child that will exec; for a builtin they
 * are made in the shell itself, and what they replaced is kept on descriptors
 * from 10 up until they are undone.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "run.h"

#define SHELL_FDS 10 /* the shell keeps its own descriptors from here up */

struct saved_fd {
    struct saved_fd *next;
    int fd;
    int copy; /* -1: fd was not open */
};

bool
redirect_expand(struct redir *from, struct redir **to)
{
    for (; from != NULL; from = from->next) {
        *to = temp_alloc(sizeof(**to));
        **to = *from;
        bool here = from->kind == REDIR_HERE;
        if (!here || !from->literal) {
            (*to)->target = expand_string(from->target, here ? HERE : BARE);
        }
        if ((*to)->target == NULL) {
            return false;
        }
        to = &(*to)->next;
    }
    *to = NULL;
    return true;
}

static void
save(int fd, struct saved_fd **saved)
{
    struct saved_fd *entry = temp_alloc(sizeof(*entry));

    entry->fd = fd;
    entry->copy = fcntl(fd, F_DUPFD_CLOEXEC, SHELL_FDS);
    entry->next = *saved;
    *saved = entry;
}

/* set -C: > must not overwrite a file. */
static int
open_new(const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0666);
    struct stat st;

    if (fd < 0 && errno == EEXIST) {
        fd = open(path, O_WRONLY);
        if (fd >= 0 && (fstat(fd, &st) < 0 || S_ISREG(st.st_mode))) {
            close(fd);
            errno = EEXIST;
            return -1;
        }
    }
    return fd;
}

/* A here-document of any size: a file that has lost its name. */
static int
open_here(const char *text)
{
    static unsigned count;
    char path[40];
    size_t left = strlen(text);

    snprintf(path, sizeof(path), "/tmp/sh.%d.%u", getpid(), count++);
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL, 0600);
    if (fd < 0) {
        return -1;
    }
    unlink(path);
    while (left > 0) {
        ssize_t n = write(fd, text, left);
        if (n < 0) {
            close(fd);
            return -1;
        }
        text += n;
        left -= (size_t)n;
    }
    lseek(fd, 0, SEEK_SET);
    return fd;
}

static int
open_target(const struct redir *redir)
{
    switch (redir->kind) {
    case REDIR_READ:
        return open(redir->target, O_RDONLY);
    case REDIR_BOTH:
        return open(redir->target, O_RDWR | O_CREAT, 0666);
    case REDIR_APPEND:
        return open(redir->target, O_WRONLY | O_CREAT | O_APPEND, 0666);
    case REDIR_HERE:
        return open_here(redir->target);
    case REDIR_WRITE:
        if (shell.opt['C']) {
            return open_new(redir->target);
        }
        break;
    default:
        break;
    }
    return open(redir->target, O_WRONLY | O_CREAT | O_TRUNC, 0666);
}

/* n>&m and n>&- */
static bool
apply_dup(const struct redir *redir)
{
    if (strcmp(redir->target, "-") == 0) {
        close(redir->fd);
        return true;
    }
    char *end;
    long from = strtol(redir->target, &end, 10);
    if (*end != '\0' || end == redir->target || from < 0 ||
        from >= SHELL_FDS || dup2((int)from, redir->fd) < 0) {
        complain("%s: bad file descriptor", redir->target);
        return false;
    }
    return true;
}

static bool
apply(const struct redir *redir)
{
    if (redir->kind == REDIR_DUP) {
        return apply_dup(redir);
    }
    int fd = open_target(redir);
    if (fd < 0) {
        complain("cannot open %s: %s",
                 redir->kind == REDIR_HERE ? "a here-document" : redir->target,
                 strerror(errno));
        return false;
    }
    if (fd == redir->fd) {
        return true;
    }
    bool ok = dup2(fd, redir->fd) >= 0;
    if (!ok) {
        complain("%d: %s", redir->fd, strerror(errno));
    }
    close(fd);
    return ok;
}

bool
redirect_apply(const struct redir *redirs, struct saved_fd **saved)
{
    for (; redirs != NULL; redirs = redirs->next) {
        if (saved != NULL) {
            save(redirs->fd, saved);
        }
        if (!apply(redirs)) {
            return false;
        }
    }
    return true;
}

/* The last one made is undone first, unless they stay. */
void
redirect_undo(struct saved_fd *saved, bool stay)
{
    for (; saved != NULL; saved = saved->next) {
        if (!stay && saved->copy < 0) {
            close(saved->fd);
        } else if (!stay) {
            dup2(saved->copy, saved->fd);
        }
        close_fd(saved->copy);
    }
}
