#pragma once

/*
 * A program that runs one of its own functions in a new process, by executing
 * itself under another name: as the Go package moby/sys/reexec. argv[0] chooses
 * the function; argv and the environment are all that it gets.
 *
 *      main: reexec_register ... if (reexec_init()) return 0; ...
 *            struct cmd cmd; reexec_command(&cmd, argv); cmd_run(&cmd);
 */

#include <forkexec.h>
#include <stdbool.h>

/* Before reexec_init.  Aborts if the name has a `/` or is registered already,
 * or at the 33rd. */
void reexec_register(const char *name, void (*function)(void));

/* If the last part of argv[0] is registered, run that function.
 * => whether it has: then the caller is to end */
bool reexec_init(void);

/* A path of the running program, also after its file was renamed or removed. */
const char *reexec_self(void);

/* Prepare to run ourselves with exactly these arguments: argv[0] is the name of
 * a function.  SIGTERM ends the process when we end. */
void reexec_command(struct cmd *cmd, char *const argv[]);
