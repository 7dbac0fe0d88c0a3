/* cat [FILE...]: write the files, or standard input, one after the other. */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static char buf[16384];

/* => false after a message */
static bool
write_all(const char *data, size_t n)
{
    while (n > 0) {
        ssize_t done = write(STDOUT_FILENO, data, n);
        if (done < 0) {
            perror("cat: write");
            return false;
        }
        data += done;
        n -= (size_t)done;
    }
    return true;
}

static bool
copy(int fd, const char *name)
{
    ssize_t n;

    while ((n = read(fd, buf, sizeof(buf))) > 0) {
        if (!write_all(buf, (size_t)n)) {
            return false;
        }
    }
    if (n < 0) {
        fprintf(stderr, "cat: %s: %s\n", name, strerror(errno));
    }
    return n == 0;
}

static bool
copy_file(const char *name)
{
    if (strcmp(name, "-") == 0) {
        return copy(STDIN_FILENO, "-");
    }
    int fd = open(name, O_RDONLY);
    if (fd < 0) {
        fprintf(stderr, "cat: %s: %s\n", name, strerror(errno));
        return false;
    }
    bool ok = copy(fd, name);
    close(fd);
    return ok;
}

int
main(int argc, char **argv)
{
    bool ok = argc > 1 || copy_file("-");

    for (int i = 1; i < argc; i++) {
        ok = copy_file(argv[i]) && ok;
    }
    return ok ? 0 : 1;
}
