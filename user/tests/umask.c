/*
 * umask.c: nine bits that are removed from the mode of a new file.
 */
#include "tap.h"

#include <fcntl.h>
#include <sys/stat.h>

static int
made(mode_t mask, mode_t mode, int directory)
{
    struct stat st;

    umask(mask);
    if (directory) {
        mkdir("x", mode);
    } else {
        close(open("x", O_WRONLY | O_CREAT, mode));
    }
    stat("x", &st);
    if (directory) {
        rmdir("x");
    } else {
        unlink("x");
    }
    return st.st_mode & 07777;
}

int
main(void)
{
    is(umask(0), 022, "the umask given is 022");
    is(umask(0777), 0, "umask tells the old one");
    is(umask(077777), 0777, "only nine bits");
    is(umask(0), 0777, "are kept");
    is(made(0, 0777, 0), 0777, "a file with mask 0");
    is(made(022, 0777, 0), 0755, "022");
    is(made(027, 0666, 0), 0640, "027");
    is(made(0777, 0666, 0), 0, "0777");
    is(made(0, 0777, 1), 0777, "a directory with mask 0");
    is(made(022, 0777, 1), 0755, "022");
    is(made(077, 0755, 1), 0700, "077");
    is(made(0, 01777, 1), 01777, "the sticky bit is nobody's mask");
    return done();
}
