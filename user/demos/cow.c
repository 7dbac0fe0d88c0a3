/*
 * cow: parent and child write to "the same" page.
 *
 * After fork both see one page. The process that writes first gets a copy, and
 * the other does not see the write. Pipes make the two take turns: the output
 * has one order. Each step prints what both read at the same address. On Tine,
 * which shows its page tables, it also says whether both have the same frame.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static char page[4096] __attribute__((aligned(4096)));

static int to_child[2];
static int to_parent[2];

/* Let the other process go on; wait until it passes the turn back. */
static void
pass_turn(int out, int in)
{
    char token = 't';

    fflush(stdout);
    if (write(out, &token, 1) != 1 || read(in, &token, 1) != 1) {
        perror("cow");
        _exit(1);
    }
}

static char tables[32768];

/* The frame that a process has at `page`: 0 if it has none, or if the kernel
 * does not show it. A line of the file is `PID LEVEL ADDRESS FRAME ...`; level
 * 0 is a page. */
static unsigned long
frame_of(pid_t pid)
{
    for (char *at = tables; *at != '\0'; at = strchr(at, '\n') + 1) {
        char *p = at;
        int here = strtol(p, &p, 10) == pid && strtol(p, &p, 10) == 0
                   && strtoul(p, &p, 16) == (unsigned long)page;
        if (here) {
            return strtoul(p, &p, 16);
        }
    }
    return 0;
}

static void
show_frames(pid_t one, pid_t other)
{
    int fd = open("/proc/tine/pages", O_RDONLY);
    size_t have = 0;
    ssize_t n;

    if (fd < 0) {
        return;
    }
    while ((n = read(fd, tables + have, sizeof(tables) - 1 - have)) > 0) {
        have += (size_t)n;
    }
    close(fd);
    tables[have] = '\0';
    unsigned long mine = frame_of(one), others = frame_of(other);
    if (mine != 0 && others != 0) {
        printf("    %s\n", mine == others ? "(one frame for both)"
                                          : "(two frames: each has its own)");
    }
}

/* Print what I read; on Tine also, whether the other has the same frame. */
static void
show(const char *who, pid_t other)
{
    printf("  %s reads \"%s\"\n", who, page);
    if (other > 0) {
        show_frames(getpid(), other);
    }
}

static int
child(void)
{
    char token;

    if (read(to_child[0], &token, 1) != 1) {
        return 1;
    }
    show("child ", getppid());
    printf("the child writes\n");
    strcpy(page, "written by the child");
    show("child ", getppid());
    pass_turn(to_parent[1], to_child[0]);
    show("child ", getppid());
    return 0;
}

int
main(void)
{
    if (pipe(to_child) < 0 || pipe(to_parent) < 0) {
        perror("pipe");
        return 1;
    }
    strcpy(page, "before fork");
    pid_t pid = fork();
    if (pid == 0) {
        return child();
    }
    if (pid < 0) {
        perror("fork");
        return 1;
    }
    printf("after fork\n");
    show("parent", pid);
    pass_turn(to_child[1], to_parent[0]);
    show("parent", pid);
    printf("the parent writes\n");
    strcpy(page, "written by the parent");
    show("parent", pid);
    fflush(stdout);
    if (write(to_child[1], "t", 1) != 1 || waitpid(pid, NULL, 0) != pid) {
        perror("cow");
        return 1;
    }
    printf("the child is gone\n");
    show("parent", 0);
    return 0;
}
