/*
 * pollspec_epoll.h: epoll by system calls.
 */
#pragma once

#include "pollspec.h"

#define EDGE 0x80000000u
#define ONCE 0x40000000u

enum { CTL_ADD = 1, CTL_DEL = 2, CTL_MOD = 3 };

/* An event as the kernel has it: twelve bytes. */
struct event {
    unsigned bits;
    unsigned long data;
} __attribute__((packed));

static inline int
epoll_new(void)
{
    return (int)raw(CALL_epoll_create1, 0, 0, 0, 0);
}

/* => 0 or -errno */
static inline long
epoll_change(int ep, int op, int fd, unsigned bits, unsigned long data)
{
    struct event event = { bits, data };

    return raw(CALL_epoll_ctl, ep, op, fd, P(&event));
}

/* Watch it, under its own number. */
static inline long
watch(int ep, int fd, unsigned bits)
{
    return epoll_change(ep, CTL_ADD, fd, bits, (unsigned long)fd);
}

static inline long
epoll_list(int ep, struct event *list, int most, int ms)
{
    return raw(CALL_epoll_wait, ep, P(list), most, ms);
}

/* The one event that there is now. => its bits; 0: none; -1: several */
static inline long
told(int ep)
{
    struct event list[2] = { { 0, 0 }, { 0, 0 } };
    long n = epoll_list(ep, list, 2, 0);

    return n == 2 ? -1 : n < 0 ? n : (long)list[0].bits;
}

/* The same, but wait for one. */
static inline long
told_later(int ep)
{
    struct event event = { 0, 0 };
    long n = epoll_list(ep, &event, 1, -1);

    return n < 0 ? n : (long)event.bits;
}
