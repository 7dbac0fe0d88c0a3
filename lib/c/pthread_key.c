/*
 * Keys: values that each thread has of its own.
 *
 * Essential fact: a value knows for which use of its key it was set. So the
 * values of a key that is deleted are gone in all threads at once.
 */
#include <errno.h>
#include <pthread.h>

#include "c/thread.h"

int keys_lock;
static struct {
    unsigned use; /* odd: it is in use; each use has its own number */
    void (*destructor)(void *);
} keys[PTHREAD_KEYS_MAX];

int
pthread_key_create(pthread_key_t *key, void (*destructor)(void *))
{
    int error = EAGAIN;

    own_lock(&keys_lock);
    for (unsigned i = 0; i < PTHREAD_KEYS_MAX; i++) {
        if (keys[i].use % 2 == 0) {
            keys[i].use++;
            keys[i].destructor = destructor;
            *key = i;
            error = 0;
            break;
        }
    }
    own_unlock(&keys_lock);
    return error;
}

int
pthread_key_delete(pthread_key_t key)
{
    int error = EINVAL;

    own_lock(&keys_lock);
    if (key < PTHREAD_KEYS_MAX && keys[key].use % 2 == 1) {
        keys[key].use++;
        error = 0;
    }
    own_unlock(&keys_lock);
    return error;
}

void *
pthread_getspecific(pthread_key_t key)
{
    struct pthread *self = thread_self();

    return key < PTHREAD_KEYS_MAX && self->values[key].use == keys[key].use
               ? (void *)self->values[key].value
               : NULL;
}

int
pthread_setspecific(pthread_key_t key, const void *value)
{
    struct pthread *self = thread_self();

    if (key >= PTHREAD_KEYS_MAX || keys[key].use % 2 == 0) {
        return EINVAL;
    }
    self->values[key].use = keys[key].use;
    self->values[key].value = value;
    return 0;
}

/* A destructor may set values again; some rounds later that is its own loss. */
void
thread_destroy_values(struct pthread *self)
{
    bool again = true;

    for (int round = 0; again && round < PTHREAD_DESTRUCTOR_ITERATIONS;
         round++) {
        again = false;
        for (unsigned i = 0; i < PTHREAD_KEYS_MAX; i++) {
            void *value = pthread_getspecific(i);
            void (*destructor)(void *) = keys[i].destructor;
            if (value != NULL && destructor != NULL) {
                self->values[i].value = NULL;
                destructor(value);
                again = true;
            }
        }
    }
}
