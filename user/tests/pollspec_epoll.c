/*
 * pollspec_epoll.c: what epoll tells, level by level, edge by edge and once;
 * lists that are too short; how descriptors are added, changed and removed;
 * and all the errors. (What close, fork and nesting do: pollspec_epoll_life.c.)
 */
#include "pollspec_epoll.h"

static int ep;
static int fds[2];

static void
put_byte(void)
{
    write(fds[1], "x", 1);
}

static void
begin(void)
{
    ep = epoll_new();
    must_pipe(fds);
}

static void
end(void)
{
    close(ep);
    close_both(fds);
}

static void
test_create(void)
{
    int fd = epoll_new();
    ok(fd >= 0, "epoll_create1");
    is(fcntl(fd, F_GETFD), 0, "stays open over an exec");
    is(fcntl(fd, F_GETFL), O_RDWR, "for reading and writing");
    returns(raw(NR_read, fd, P(&fd), 4, 0), -EINVAL, "but it has no bytes");
    returns(raw(NR_write, fd, P(&fd), 4, 0), -EINVAL, "and takes none");
    close(fd);
    fd = (int)raw(CALL_epoll_create1, O_CLOEXEC, 0, 0, 0);
    is(fcntl(fd, F_GETFD), FD_CLOEXEC, "EPOLL_CLOEXEC: closed by an exec");
    close(fd);
    fd = (int)raw(CALL_epoll_create, 1, 0, 0, 0);
    ok(fd >= 0, "epoll_create of any size");
    close(fd);
    returns(raw(CALL_epoll_create, 0, 0, 0, 0), -EINVAL, "but not of 0");
    returns(raw(CALL_epoll_create, -1, 0, 0, 0), -EINVAL, "nor of -1");
    returns(raw(CALL_epoll_create1, 1, 0, 0, 0), -EINVAL, "no such flag");
    returns(raw(CALL_epoll_create1, O_NONBLOCK, 0, 0, 0), -EINVAL,
        "not even O_NONBLOCK");
}

static void
test_level(void)
{
    begin();
    is(told(ep), 0, "nothing is watched: nothing is told");
    is(watch(ep, fds[0], IN), 0, "watch a pipe");
    is(told(ep), 0, "it is empty");
    put_byte();
    put_byte();
    is(told(ep), IN, "it has bytes");
    is(told(ep), IN, "which is told as often as one asks");
    drain(fds[0], 1);
    is(told(ep), IN, "while there is one");
    drain(fds[0], 1);
    is(told(ep), 0, "and no longer");
    put_byte();
    is(epoll_change(ep, CTL_MOD, fds[0], 0, 5), 0, "want nothing of it");
    is(told(ep), 0, "nothing is told");
    is(epoll_change(ep, CTL_MOD, fds[0], IN | RDNORM, 6), 0, "want two bits");
    is(told(ep), IN | RDNORM, "both are told");
    is(epoll_change(ep, CTL_DEL, fds[0], 0, 0), 0, "watch no longer");
    is(told(ep), 0, "nothing is told");
    is(watch(ep, fds[0], IN), 0, "watch what is ready");
    is(told(ep), IN, "it is told at once");
    drain(fds[0], 1);
    is(watch(ep, fds[1], OUT), 0, "watch the writer's end");
    is(told(ep), OUT, "it has room");
    fill(fds[1]);
    is(told(ep), IN, "a full pipe has bytes, but no room");
    drain(fds[0], 4096);
    is(told(ep), -1, "bytes and room: two are told");
    close(fds[1]);
    is(told(ep), IN | HUP, "no writer: HUP, though it was not wanted");
    end();
    begin();
    watch(ep, fds[1], 0);
    is(told(ep), 0, "nothing is wanted");
    close(fds[0]);
    is(told(ep), ERR, "no reader: ERR all the same");
    end();
}

static void
test_edge(void)
{
    begin();
    watch(ep, fds[0], IN | EDGE);
    put_byte();
    is(told(ep), IN, "edge: a byte is told");
    is(told(ep), 0, "once");
    put_byte();
    is(told(ep), IN, "the next one, too, though nobody read the first");
    is(told(ep), 0, "once");
    put_byte();
    put_byte();
    is(told(ep), IN, "two that came since");
    is(told(ep), 0, "are told once");
    drain(fds[0], 1);
    is(told(ep), 0, "that some are left is not news");
    epoll_change(ep, CTL_MOD, fds[0], IN | EDGE, 1);
    is(told(ep), IN, "but it is to what is changed");
    drain(fds[0], 3);
    put_byte();
    drain(fds[0], 1);
    is(told(ep), 0, "what is no longer so is not told");
    close(fds[1]);
    is(told(ep), HUP, "the end is told");
    is(told(ep), 0, "once");
    end();
    begin();
    fill(fds[1]);
    watch(ep, fds[1], OUT | EDGE);
    is(told(ep), 0, "edge: no room");
    drain(fds[0], 4096);
    is(told(ep), OUT, "room is told");
    is(told(ep), 0, "once");
    end();
}

static void
test_once(void)
{
    begin();
    watch(ep, fds[0], IN | ONCE);
    put_byte();
    is(told(ep), IN, "once: a byte is told");
    is(told(ep), 0, "only once");
    put_byte();
    is(told(ep), 0, "the next byte is not");
    returns(watch(ep, fds[0], IN), -EEXIST, "it is still there");
    epoll_change(ep, CTL_MOD, fds[0], IN | ONCE, 1);
    is(told(ep), IN, "after a change it is told again");
    is(told(ep), 0, "once");
    drain(fds[0], 2);
    close(fds[1]);
    is(told(ep), 0, "not even HUP is told");
    epoll_change(ep, CTL_MOD, fds[0], IN | ONCE, 1);
    is(told(ep), HUP, "before a change");
    end();
}

static void
test_data(void)
{
    struct event list[4];
    int more[3][2];
    unsigned long seen = 0;
    begin();
    epoll_change(ep, CTL_ADD, fds[0], IN, 0x123456789abcdef0UL);
    put_byte();
    memset(list, 0xff, sizeof(list));
    is(epoll_list(ep, list, 4, 0), 1, "one event");
    ok(list[0].data == 0x123456789abcdef0UL, "with the 64 bits it was given");
    ok(list[1].bits == ~0u && list[1].data == ~0UL, "no other is written");
    epoll_change(ep, CTL_MOD, fds[0], IN, 7);
    epoll_list(ep, list, 4, 0);
    is((long)list[0].data, 7, "a change changes them");
    drain(fds[0], 1);
    for (int i = 0; i < 3; i++) {
        must_pipe(more[i]);
        epoll_change(ep, CTL_ADD, more[i][0], IN, 1UL << i);
        write(more[i][1], "x", 1);
    }
    is(epoll_list(ep, list, 4, 0), 3, "three are ready");
    is((long)(list[0].data | list[1].data | list[2].data), 7, "all are told");
    for (int i = 0; i < 3; i++) {
        is(epoll_list(ep, list, 1, 0), 1, "a list of one");
        seen |= list[0].data;
    }
    is((long)seen, 7, "tells each in turn");
    is(epoll_list(ep, list, 2, 0), 2, "a list of two");
    ok(list[0].data != list[1].data, "tells two of them");
    for (int i = 0; i < 3; i++) {
        epoll_change(ep, CTL_MOD, more[i][0], IN | EDGE, 1UL << i);
    }
    seen = 0;
    for (int i = 0; i < 3; i++) {
        epoll_list(ep, list, 1, 0);
        seen |= list[0].data;
    }
    is((long)seen, 7, "an edge that found no place is told later");
    is(epoll_list(ep, list, 1, 0), 0, "and then no more");
    for (int i = 0; i < 3; i++) {
        close_both(more[i]);
    }
    end();
}

static void
test_ctl_errors(void)
{
    begin();
    int file = open("file", O_RDWR | O_CREAT, 0644);
    int dir = open(".", O_RDONLY), null = open("/dev/null", O_RDWR);
    returns(watch(ep, file, IN), -EPERM, "a file is not for epoll");
    returns(watch(ep, dir, IN), -EPERM, "a directory is not");
    returns(watch(ep, null, IN), -EPERM, "/dev/null is not");
    returns(epoll_change(ep, CTL_DEL, file, 0, 0), -EPERM,
        "so neither is it removed");
    returns(watch(ep, ep, IN), -EINVAL, "nor can it watch itself");
    returns(watch(ep, 999, IN), -EBADF, "what is not open");
    returns(watch(999, fds[0], IN), -EBADF, "an epoll that is not open");
    returns(watch(-1, fds[0], IN), -EBADF, "number -1");
    returns(watch(fds[1], fds[0], IN), -EINVAL, "what is no epoll");
    returns(watch(file, fds[0], IN), -EINVAL, "a file is none");
    returns(epoll_change(ep, CTL_MOD, fds[0], IN, 0), -ENOENT,
        "change what is not watched");
    returns(epoll_change(ep, CTL_DEL, fds[0], IN, 0), -ENOENT, "remove it");
    returns(watch(ep, fds[0], IN), 0, "watch it");
    returns(watch(ep, fds[0], OUT), -EEXIST, "but not twice");
    returns(epoll_change(ep, 0, fds[0], IN, 0), -EINVAL, "operation 0");
    returns(epoll_change(ep, 4, fds[0], IN, 0), -EINVAL, "operation 4");
    returns(raw(CALL_epoll_ctl, ep, CTL_MOD, fds[0], 0), -EFAULT,
        "no event for a change");
    returns(raw(CALL_epoll_ctl, ep, CTL_ADD, fds[1], 1), -EFAULT,
        "an event at a bad place");
    returns(raw(CALL_epoll_ctl, ep, CTL_DEL, fds[0], 0), 0,
        "a removal needs none");
    returns(epoll_change(ep, CTL_DEL, fds[0], IN, 0), -ENOENT,
        "the second one finds nothing");
    int path = open(".", O_PATH);
    returns(watch(ep, path, IN), -EBADF, "O_PATH is not open to it");
    close(path);
    close(file);
    close(dir);
    close(null);
    unlink("file");
    end();
}

static void
test_wait_errors(void)
{
    struct event list[2];
    begin();
    returns(epoll_list(ep, list, 0, 0), -EINVAL, "a list of none");
    returns(epoll_list(ep, list, -1, 0), -EINVAL, "of -1");
    returns(epoll_list(ep, list, 0x7fffffff, 0), -EINVAL, "beyond 2^31 bytes");
    returns(epoll_list(fds[0], list, 1, 0), -EINVAL, "of what is no epoll");
    returns(epoll_list(999, list, 1, 0), -EBADF, "of what is not open");
    watch(ep, fds[0], IN | EDGE);
    returns(epoll_list(ep, (struct event *)16, 1, 0), 0,
        "a bad place is not seen if nothing is told");
    put_byte();
    returns(epoll_list(ep, (struct event *)16, 1, 0), -EFAULT, "else it is");
    is(told(ep), IN, "and the edge is not lost");
    end();
}

int
main(void)
{
    test_create();
    test_level();
    test_edge();
    test_once();
    test_data();
    test_ctl_errors();
    test_wait_errors();
    return done();
}
