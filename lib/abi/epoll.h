#pragma once

/* epoll: EPOLLIN and so on are poll's bits (poll.h). */

#include <stdint.h>

#define EPOLLRDHUP     0x2000U
#define EPOLLEXCLUSIVE (1U << 28) /* of several epolls, wake only one */
#define EPOLLWAKEUP    (1U << 29) /* no sleep of the machine: ignored */
#define EPOLLONESHOT   (1U << 30) /* after one event, none until a change */
#define EPOLLET        (1U << 31) /* tell changes, not states */

#define EPOLL_CTL_ADD 1
#define EPOLL_CTL_DEL 2
#define EPOLL_CTL_MOD 3

#define EPOLL_CLOEXEC 02000000

typedef union epoll_data {
    void *ptr;
    int fd;
    uint32_t u32;
    uint64_t u64;
} epoll_data_t;

struct epoll_event {
    uint32_t events;
    epoll_data_t data;
} __attribute__((packed));
