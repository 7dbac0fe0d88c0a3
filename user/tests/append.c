/*
 * append.c: with O_APPEND each write goes to the end that the file has then,
 * even if the call names another offset.
 */
#include "names.h"

#include <sys/uio.h>

static int
child(void *fd)
{
    return write((int)(long)fd, "child", 5) == 5 ? 3 : 4;
}

int
main(void)
{
    struct iovec pieces[2] = { { "pie", 3 }, { "ces", 3 } };
    int a, b, fd;

    a = open("f", O_WRONLY | O_CREAT | O_APPEND, 0644);
    b = open("f", O_WRONLY | O_APPEND);
    write(a, "a1", 2);
    write(b, "b1", 2);
    write(a, "a2", 2);
    is_str(text_of("f"), "a1b1a2", "two descriptors take turns");
    is(lseek(a, 0, SEEK_CUR), 6, "the offset is behind what was written");
    is(lseek(b, 0, SEEK_CUR), 4, "each its own");
    lseek(a, 0, SEEK_SET);
    write(a, "a3", 2);
    is_str(text_of("f"), "a1b1a2a3", "lseek is in vain");
    is(pwrite(a, "a4", 2, 0), 2, "pwrite, says Linux");
    is_str(text_of("f"), "a1b1a2a3a4", "writes at the end, too");
    is(lseek(a, 0, SEEK_CUR), 8, "and the offset stays");
    is(pwritev(b, pieces, 2, 1), 6, "pwritev");
    is_str(text_of("f"), "a1b1a2a3a4pieces", "as well");
    truncate("f", 2);
    writev(b, pieces, 2);
    is_str(text_of("f"), "a1pieces", "after a cut the end is elsewhere");
    exited(in_child(child, (void *)(long)a), 3, "a child writes");
    write(b, "!", 1);
    is_str(text_of("f"), "a1pieceschild!", "where the end is");
    fd = open("f", O_RDWR);
    fcntl(fd, F_SETFL, O_APPEND);
    is(fcntl(fd, F_GETFL) & O_APPEND, O_APPEND, "fcntl sets the flag");
    write(fd, "?", 1);
    is_str(text_of("f"), "a1pieceschild!?", "which works at once");
    fcntl(fd, F_SETFL, 0);
    lseek(fd, 0, SEEK_SET);
    write(fd, "A", 1);
    is_str(text_of("f"), "A1pieceschild!?", "and takes it away");
    unlink("f");
    return done();
}
