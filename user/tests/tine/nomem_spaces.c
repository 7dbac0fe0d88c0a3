/*
 * nomem_spaces.c: each allocation of mshare, and of the calls on name spaces,
 * fails once; nomem.h says how, and what must hold.
 *
 * except: own=always
 * seconds: 40
 * expect:
 * ok 1 - mshare of what two share
 * ok 2 - mshare of a file's pages
 * ok 3 - unshare of a name space with mounts
 * ok 4 - clone with a name space of its own
 * ok 5 - mount
 * ok 6 - mount of a tree
 * ok 7 - umount2 needs none
 * 1..7
 */
#include "nomem.h"

#include <sched.h>
#include <sys/mount.h>

static volatile char *pages;

/* ---- mshare ---- */

static void
share_pages(void)
{
    pages = area + (AREA_TABLES + 1) * TABLE;
    pages = mmap((void *)pages, 5 * PAGE, RW,
        MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    pages[0] = 'a';
    pages[4 * PAGE] = 'z';
    CALL(SYS_mshare, P(pages), 5 * PAGE);
}

static int
pages_there(void)
{
    return pages[0] == 'a' && pages[4 * PAGE] == 'z' && pages[PAGE] == 0;
}

static void
share_file(void)
{
    int fd = open("file", O_RDWR | O_CREAT | O_TRUNC, 0644);

    write(fd, "text", 4);
    ftruncate(fd, 3 * PAGE);
    pages = mmap(NULL, 3 * PAGE, RW, MAP_PRIVATE, fd, 0);
    close(fd);
    pages[PAGE] = 'p';
    CALL(SYS_mshare, P(pages), 3 * PAGE);
}

static int
file_there(void)
{
    return pages[0] == 't' && pages[PAGE] == 'p' && pages[2 * PAGE] == 0;
}

/* ---- Name spaces ---- */

#define BIND(from, to) mount(from, to, NULL, MS_BIND, NULL)

static void
be_in_mounts(void)
{
    unshare(CLONE_NEWNS);
    BIND("/bin", "/home");
    BIND("/etc", "/home");
    BIND("/etc", "/run");
    chdir("/home");
}

static int
in_mounts(void)
{
    return access("passwd", F_OK) == 0 && access("/run/passwd", F_OK) == 0
           && access("../home/passwd", F_OK) == 0;
}

static void
leave_space(void)
{
    be_in_mounts();
    CALL(SYS_unshare, CLONE_NEWNS);
}

static void
clone_space(void)
{
    be_in_mounts();
    CALL(SYS_clone, CLONE_NEWNS | SIGCHLD, 0, 0, 0, 0);
}

static void
do_mount(void)
{
    unshare(CLONE_NEWNS);
    CALL(SYS_mount, P("/bin"), P("/home"), 0, MS_BIND, 0);
}

static int
not_mounted(void)
{
    return access("/home/sh", F_OK) < 0;
}

static void
mount_tree(void)
{
    unshare(CLONE_NEWNS);
    BIND("/bin", "/run");
    BIND("/etc", "/dev");
    CALL(SYS_mount, P("/"), P("/home"), 0, MS_BIND | MS_REC, 0);
}

static int
no_tree(void)
{
    return access("/home/run/sh", F_OK) < 0 && access("/run/sh", F_OK) == 0;
}

static void
do_umount(void)
{
    be_in_mounts();
    CALL(SYS_umount2, P("/"), MNT_DETACH);
}

static const struct op ops[] = {
    OP("mshare of what two share", share_pages, COPIES, SHARER,
        .intact = pages_there),
    OP("mshare of a file's pages", share_file, 0, FILES,
        .intact = file_there),
    OP("unshare of a name space with mounts", leave_space, 0, 0,
        .intact = in_mounts),
    OP("clone with a name space of its own", clone_space, COPIES, FORKS,
        .may = { EAGAIN }, .intact = in_mounts),
    OP("mount", do_mount, 0, 0, .intact = not_mounted),
    OP("mount of a tree", mount_tree, 0, 0, .intact = no_tree),
    OP("umount2 needs none", do_umount, 0, NEVER),
};

int
main(int argc, char *argv[])
{
    return sweep_all(ops, sizeof(ops) / sizeof(ops[0]), argc, argv);
}
