/*
 * files.c: the child has the parent's open files under the same numbers. An
 * offset is the file's, so both move it; a number is the process's own.
 */
#include "family.h"

#include <fcntl.h>

int
main(int argc, char **argv)
{
    lab_begin(argc, argv);
    unsigned long size = lab_between(100, 4000);
    unsigned long part = lab_between(10, 90);
    char buffer[100] = { 0 };
    int fd = open("lab-files", O_RDWR | O_CREAT | O_TRUNC, 0600);

    unlink("lab-files");
    for (unsigned long done = 0; done < size; done++) {
        write(fd, "x", 1);
    }
    lseek(fd, 5, SEEK_SET);
    int closed = fcntl(fd, F_DUPFD, 20);
    fcntl(closed, F_SETFD, FD_CLOEXEC);

    pid_t pid = lab_fork();
    if (pid == 0) {
        lab_check("files", "bytes that the child reads", part,
                  (unsigned long)read(fd, buffer, part));
        lab_check("files", "close-on-exec, as it was", FD_CLOEXEC,
                  (unsigned long)fcntl(closed, F_GETFD));
        close(closed);
        lab_check("files", "the number that the child opens", 30,
                  (unsigned long)fcntl(fd, F_DUPFD, 30));
        _exit(0);
    }
    lab_join(pid);
    lab_check("files", "the offset, which the child has moved", 5 + part,
              (unsigned long)lseek(fd, 0, SEEK_CUR));
    lab_check("files", "a number that only the child has closed", FD_CLOEXEC,
              (unsigned long)fcntl(closed, F_GETFD));
    lab_check("files", "a number that only the child has opened", ~0UL,
              (unsigned long)fcntl(30, F_GETFD));
    lab_done();
}
