#pragma once

/* Builtins that are programs in /bin as well. */

int kill_main(int argc, char **argv);
int test_main(int argc, char **argv);

/* The signal of this name or number, with or without SIG; -1: there is none. */
int signal_number(const char *name);
