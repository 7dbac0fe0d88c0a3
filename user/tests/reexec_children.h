/*
 * reexec_children.h: the functions that reexec.c runs in new processes.
 */
#pragma once

#include "tap.h"

#include <reexec.h>
#include <sys/prctl.h>
#include <sys/stat.h>

static void
say_child(void)
{
    printf("child\n");
}

static void
tell_arguments(void)
{
    int sig = 0;

    prctl(PR_GET_PDEATHSIG, &sig);
    printf("%s, signal %d", strcmp(program_invocation_name, "x/arguments") == 0
            ? "argv[0] is whole" : program_invocation_name, sig);
}

static void
copy_input(void)
{
    char piece[4096];
    ssize_t size;

    while ((size = read(0, piece, sizeof(piece))) > 0) {
        write(1, piece, (size_t)size);
        write(2, piece, (size_t)size);
    }
}

/* For each descriptor from 0 on: the size of its file, or `-`. */
static void
tell_files(void)
{
    struct stat st;

    for (int fd = 0; fd < 8; fd++) {
        if (fd != 1 && fstat(fd, &st) == 0) {
            printf("%ld", (long)st.st_size);
        } else if (fd != 1) {
            printf("-");
        }
    }
}

static void
fail_loudly(void)
{
    for (int i = 0; i < 10000; i++) {
        fprintf(stderr, "line %04d\n", i);
    }
    exit(9);
}

static void
tell_group(void)
{
    printf("%s%s", getpgrp() == getpid() ? "leads a group" : "follows",
        getsid(0) == getpid() ? " and a session" : "");
}

static void
tell_surroundings(void)
{
    char cwd[1024];
    const char *value = getenv("TWICE");

    getcwd(cwd, sizeof(cwd));
    printf("%s, %s", value != NULL ? value : "none",
        strcmp(strrchr(cwd, '/'), "/sub") == 0 ? "in sub" : "elsewhere");
}

static void
die(void)
{
    kill(getpid(), SIGKILL);
}

/* A parent that ends while its child waits for what comes through a pipe. */
static void
leave_child(void)
{
    char *argv[] = { "sleeper", NULL };
    struct cmd cmd;

    reexec_command(&cmd, argv);
    cmd.extra[0] = 3;
    cmd.extra_count = 1;
    cmd_start(&cmd);
    exit(0);
}

static void
sleep_long(void)
{
    for (;;) {
        pause();
    }
}
