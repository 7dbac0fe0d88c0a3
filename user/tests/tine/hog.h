/*
 * hog.h: a process that takes memory, tells its parent, and sleeps then.
 */
#pragma once

#include "../threads.h"

/* => its pid, when it has taken what it is to take */
static inline pid_t
hog(void (*takes)(long size), long size)
{
    int gate[2];
    char byte;

    pipe(gate);
    pid_t pid = must_fork();
    if (pid == 0) {
        takes(size);
        write(gate[1], "r", 1);
        pause_on();
    }
    read(gate[0], &byte, 1);
    close(gate[0]);
    close(gate[1]);
    return pid;
}
