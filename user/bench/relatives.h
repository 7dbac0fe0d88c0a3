/*
 * What rfork.c has for relatives.c.
 */
#pragma once

#include <stdbool.h>

/* Make a process by Plan 9's rfork and await its end: it has copies of the
 * descriptors, and memory of its own or shared. => -1: it failed */
int rfork_and_await(bool shares_memory);
