#pragma once

/*
 * The numbers of the system calls: SYS_read and so on.  syscalls.def is sorted,
 * so the value after the last call is the size of a table of them.
 */
enum syscall_number {
#define SYSCALL(number, name, arguments, format) SYS_##name = (number),
#include "abi/syscalls.def"
#undef SYSCALL
    SYSCALL_COUNT,
};
