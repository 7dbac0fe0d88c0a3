/*
 * interp.c: a program that asks for an interpreter is refused, as Tine has
 * none (Linux would look for it); it does not run without.
 *
 * expect:
 * ok 1 - PT_INTERP
 * ok 2 - without it the program runs
 * 1..2
 */
#include "../tap.h"

#include <fcntl.h>

/* A copy of this program whose note segment, if any, or last other segment
 * becomes PT_INTERP. */
static void
copy_program(const char *from, const char *to, int interp)
{
    static char image[1 << 20];
    int in = open(from, O_RDONLY);
    int out = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0755);
    long size = read(in, image, sizeof(image));
    unsigned long phoff = *(unsigned long *)(void *)(image + 32);
    int count = *(unsigned short *)(void *)(image + 56);

    for (int i = 0; i < count; i++) {
        unsigned int *type = (void *)(image + phoff + 56 * (unsigned long)i);
        if (*type != 1 && interp) {
            *type = 3;
        }
    }
    write(out, image, size);
    close(in);
    close(out);
}

static int
run(void *path)
{
    char *args[] = { path, "child", NULL };

    execv(path, args);
    return errno;
}

int
main(int argc, char **argv)
{
    if (argc > 1) {
        return 3;
    }
    copy_program(argv[0], "interp", 1);
    exited(in_child(run, "./interp"), ENOEXEC, "PT_INTERP");
    copy_program(argv[0], "plain", 0);
    exited(in_child(run, "./plain"), 3, "without it the program runs");
    unlink("interp");
    unlink("plain");
    return done();
}
