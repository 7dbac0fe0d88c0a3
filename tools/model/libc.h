/*
 * The few functions of the host's C library that the model test uses.  Its own
 * headers define types (sigset_t, struct stat) that the kernel has too, so the
 * functions are declared here.
 */
#pragma once

#include "core/types.h"

int printf(const char *fmt, ...) __printf(1, 2);
int vprintf(const char *fmt, __builtin_va_list ap);
int fflush(void *stream);
unsigned long strtoul(const char *text, char **end, int base);
void *mmap(void *addr, size_t size, int prot, int flags, int fd, long offset);
int fork(void);
int waitpid(int pid, int *status, int options);
int sched_yield(void);
__noreturn void _exit(int status);

typedef unsigned long pthread_t;
int pthread_create(pthread_t *thread, const void *attributes,
                   void *(*start)(void *), void *arg);
int pthread_join(pthread_t thread, void **result);
__noreturn void exit(int status);

/* The sanitizers' (sanitizer/asan_interface.h). */
void __asan_poison_memory_region(const volatile void *addr, size_t size);
void __asan_unpoison_memory_region(const volatile void *addr, size_t size);
void __sanitizer_set_death_callback(void (*callback)(void));
const char *__asan_default_options(void);
