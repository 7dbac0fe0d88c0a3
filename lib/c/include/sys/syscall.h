#pragma once

/* The numbers of the system calls, as SYS_name. */

enum {
#define SYSCALL(number, name, arguments, format) SYS_##name = (number),
#include "abi/syscalls.def"
#undef SYSCALL
};
