#pragma once

/*
 * The numbers of the system calls: SYS_read and so on.  syscalls.def is sorted,
 * so what follows the last call is how many slots a table of them has.
 */
enum syscall_number {
#define SYSCALL(number, name, arguments, format) SYS_##name = (number),
#include "abi/syscalls.def"
#undef SYSCALL
    SYSCALL_COUNT,
};
