/*
 * Fork's relatives: each function makes a process that calls probe, and waits
 * for it.
 */
#pragma once

enum {
    OURS = 1,       /* what the first process has in its variables */
    THEIRS = 2,     /* what the other one writes there */
    FILE_NUMBER = 9 /* a descriptor that is open */
};

/* What the new process finds of the first one's: bits of its exit status. */
enum { SAW_DATA = 1, SAW_STACK = 2, SAW_FILE = 4, SAW_DIRECTORY = 8 };

extern volatile int in_data;

/* In the new process: look, then change all of it. on_stack is the address of a
 * variable of the first process, or of one just like it. => what it saw */
int probe(volatile int *on_stack);

/* The status that a child ends with. */
int status_of(int pid);

/* Each: => what the new process saw, or -1 */
int by_fork(volatile int *on_stack);
int by_vfork(volatile int *on_stack);
int by_clone(volatile int *on_stack);
int by_rfork(volatile int *on_stack);
int by_rfork_mem(volatile int *on_stack);
int by_rfork_thread(volatile int *on_stack);
int by_sproc(volatile int *on_stack);
int by_posix_spawn(volatile int *on_stack);
int by_spawn(volatile int *on_stack);
int by_creprc(volatile int *on_stack);
int by_nt(volatile int *on_stack);
int by_reexec(volatile int *on_stack);
