/*
 * Threads: clone(2) makes them, futex(2) lets them sleep.
 *
 * Essential fact: a thread cannot free the stack that it stands on. The kernel
 * clears its tid when it has left that stack for good, and wakes who waits for
 * this; join frees the stack then. Those that nobody joins are on a list, and
 * the next pthread_create frees them.
 *
 * Read lock.c first, then pthread_create, pthread_exit, pthread_join.
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "abi/futex.h"
#include "c/internal.h"
#include "c/thread.h"

#define PAGE 4096
#define STACK_SIZE (1 << 20)
#define ARCH_SET_FS 0x1002
#define THREAD_FLAGS                                                         \
    (CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD        \
     | CLONE_SYSVSEM | CLONE_SETTLS | CLONE_PARENT_SETTID                    \
     | CLONE_CHILD_CLEARTID)

static int living = 1; /* threads that have not ended */
static int detached_lock;
static struct pthread *detached;

/* ---- begin and end ---- */

/* The first thread is one, too: from now on FS tells who runs. */
static void
begin_threads(void)
{
    first_thread.self = &first_thread;
    first_thread.tid = (int)syscall(SYS_set_tid_address, &first_thread.tid);
    arch_prctl(ARCH_SET_FS, (unsigned long)&first_thread);
    threaded = true;
}

static bool
has_ended(struct pthread *thread)
{
    return __atomic_load_n(&thread->tid, __ATOMIC_ACQUIRE) == 0;
}

static void
free_thread(struct pthread *thread)
{
    if (thread->memory != NULL) {
        munmap(thread->memory, thread->size);
    }
}

static void
free_detached(void)
{
    lock_take(&detached_lock, NULL);
    for (struct pthread **at = &detached; *at != NULL;) {
        struct pthread *thread = *at;
        if (has_ended(thread)) {
            *at = thread->next;
            free_thread(thread);
        } else {
            at = &thread->next;
        }
    }
    lock_give(&detached_lock);
}

/* Where a new thread begins. */
static int
first_call(void *arg)
{
    struct pthread *self = arg;

    pthread_exit(self->body(self->arg));
}

/* => without a tid; NULL: no memory */
static struct pthread *
new_thread(size_t stack_size)
{
    size_t size = PAGE + stack_size + sizeof(struct pthread);

    size = (size + PAGE - 1) & ~(size_t)(PAGE - 1);
    char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
    if (memory == MAP_FAILED) {
        return NULL;
    }
    if (mprotect(memory, PAGE, PROT_NONE) < 0) { /* an overflow is a fault */
        munmap(memory, size);
        return NULL;
    }
    struct pthread *thread = (struct pthread *)(memory + size) - 1;
    thread->self = thread;
    thread->memory = memory;
    thread->size = size;
    return thread;
}

int
pthread_create(pthread_t *out, const pthread_attr_t *attr,
               void *(*body)(void *), void *arg)
{
    pthread_attr_t usual;

    if (attr == NULL) {
        pthread_attr_init(&usual);
        attr = &usual;
    }
    if (!threaded) {
        begin_threads();
    }
    free_detached();
    struct pthread *thread = new_thread(attr->stack_size);
    if (thread == NULL) {
        return EAGAIN;
    }
    thread->body = body;
    thread->arg = arg;
    __atomic_fetch_add(&living, 1, __ATOMIC_SEQ_CST);
    if (clone(first_call, thread, THREAD_FLAGS, thread, &thread->tid, thread,
              &thread->tid) < 0) {
        __atomic_fetch_sub(&living, 1, __ATOMIC_SEQ_CST);
        free_thread(thread);
        return EAGAIN;
    }
    *out = thread;
    return attr->detached ? pthread_detach(thread) : 0;
}

_Noreturn void
pthread_exit(void *result)
{
    struct pthread *self = thread_self();

    thread_destroy_values(self);
    self->result = result;
    if (__atomic_sub_fetch(&living, 1, __ATOMIC_SEQ_CST) == 0) {
        exit(0);
    }
    for (;;) {
        syscall(SYS_exit, 0); /* of this thread alone; it clears tid */
    }
}

int
pthread_join(pthread_t thread, void **result)
{
    int tid;

    if (thread == thread_self()) {
        return EDEADLK;
    }
    while ((tid = __atomic_load_n(&thread->tid, __ATOMIC_ACQUIRE)) != 0) {
        /* The kernel's own wake is not a private one. */
        syscall(SYS_futex, &thread->tid, FUTEX_WAIT, tid, NULL, NULL, 0);
    }
    if (result != NULL) {
        *result = thread->result;
    }
    free_thread(thread);
    return 0;
}

int
pthread_detach(pthread_t thread)
{
    lock_take(&detached_lock, NULL);
    thread->next = detached;
    detached = thread;
    lock_give(&detached_lock);
    return 0;
}

pthread_t
pthread_self(void)
{
    return thread_self();
}

int
pthread_equal(pthread_t one, pthread_t other)
{
    return one == other;
}

int
pthread_kill(pthread_t thread, int sig)
{
    int tid = __atomic_load_n(&thread->tid, __ATOMIC_ACQUIRE), saved = errno;
    int error = 0;

    if (thread == thread_self()) {
        tid = gettid(); /* also if there are no threads */
    }
    if (tid != 0 && tgkill(getpid(), tid, sig) < 0 && errno != ESRCH) {
        error = errno;
    }
    errno = saved;
    return error;
}

/* ---- fork ---- */

struct fork_action {
    void (*before)(void);
    void (*in_parent)(void);
    void (*in_child)(void);
    struct fork_action *earlier, *later;
};

static int fork_lock;
static struct fork_action *oldest, *youngest;

int
pthread_atfork(void (*before)(void), void (*in_parent)(void),
               void (*in_child)(void))
{
    struct fork_action *action = malloc(sizeof(*action));

    if (action == NULL) {
        return ENOMEM;
    }
    *action = (struct fork_action){before, in_parent, in_child, NULL, NULL};
    own_lock(&fork_lock);
    action->earlier = youngest;
    *(youngest != NULL ? &youngest->later : &oldest) = action;
    youngest = action;
    own_unlock(&fork_lock);
    return 0;
}

static void
after_fork(bool child)
{
    for (struct fork_action *action = oldest; action != NULL;
         action = action->later) {
        void (*call)(void) = child ? action->in_child : action->in_parent;
        if (call != NULL) {
            call();
        }
    }
}

/*
 * Instead of the stub's, in a program with threads. The child has one thread,
 * the caller; what the others held, nobody gives back there. So the library's
 * own locks are taken first.
 */
pid_t
fork(void)
{
    own_lock(&fork_lock);
    for (struct fork_action *action = youngest; action != NULL;
         action = action->earlier) {
        if (action->before != NULL) {
            action->before();
        }
    }
    own_lock(&keys_lock);
    own_lock(&detached_lock);
    own_lock(&streams_lock);
    malloc_lock();
    pid_t pid = (pid_t)syscall(SYS_fork);
    if (pid == 0) {
        struct pthread *self = thread_self();
        living = 1;
        self->tid = (int)syscall(SYS_set_tid_address, &self->tid);
        exiting = NULL;
        streams_unlock_all();
    }
    malloc_unlock();
    own_unlock(&streams_lock);
    own_unlock(&detached_lock);
    own_unlock(&keys_lock);
    int saved = errno;
    after_fork(pid == 0);
    errno = saved;
    own_unlock(&fork_lock);
    return pid;
}

/* ---- attributes ---- */

int
pthread_attr_init(pthread_attr_t *attr)
{
    *attr = (pthread_attr_t){STACK_SIZE, PTHREAD_CREATE_JOINABLE};
    return 0;
}

int
pthread_attr_destroy(pthread_attr_t *attr)
{
    (void)attr;
    return 0;
}

int
pthread_attr_setstacksize(pthread_attr_t *attr, size_t size)
{
    if (size < PTHREAD_STACK_MIN || size > PTRDIFF_MAX / 2) {
        return EINVAL;
    }
    attr->stack_size = size;
    return 0;
}

int
pthread_attr_getstacksize(const pthread_attr_t *attr, size_t *size)
{
    *size = attr->stack_size;
    return 0;
}

int
pthread_attr_setdetachstate(pthread_attr_t *attr, int state)
{
    if (state != PTHREAD_CREATE_JOINABLE && state != PTHREAD_CREATE_DETACHED) {
        return EINVAL;
    }
    attr->detached = state;
    return 0;
}

int
pthread_attr_getdetachstate(const pthread_attr_t *attr, int *state)
{
    *state = attr->detached;
    return 0;
}
