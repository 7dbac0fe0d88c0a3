#pragma once

/*
 * Intrusive doubly linked circular lists: the node is a field of the object,
 * so putting an object on a list allocates nothing and cannot fail.
 *
 *     head <-> a.link <-> b.link <-> head      an empty head points to itself
 *
 * A node is either on one list or points to itself (list_init, list_del); so
 * list_del is harmless on a node that is on no list.
 */

#include <stdbool.h>
#include <stddef.h>

struct list {
    struct list *next;
    struct list *prev;
};

#define LIST_INIT(name)                                                        \
    {                                                                          \
        &(name), &(name)                                                       \
    }

/* The object of the given type whose field `member` is at ptr. */
#define container_of(ptr, type, member)                                        \
    ((type *)(void *)((char *)(ptr)-offsetof(type, member)))

#define list_entry(ptr, type, member) container_of(ptr, type, member)

/* The node in such an object. */
#define list_node(item, type, member)                                          \
    ((struct list *)(void *)((char *)(item) + offsetof(type, member)))

/* Each node in order; the body must not remove pos. */
#define list_for_each(pos, head)                                               \
    for (struct list *pos = (head)->next; pos != (head); pos = pos->next)

/* Each object in order, whose field `member` is the node; the body must not
 * remove it.  At the end item is no object, so its node is found by offset. */
#define list_for_each_entry(item, head, type, member)                          \
    for (type *item = list_entry((head)->next, type, member);                  \
         list_node(item, type, member) != (head);                              \
         item = list_entry(list_node(item, type, member)->next, type, member))

/* Each node in order; the body may remove (or free) pos. */
#define list_for_each_safe(pos, head)                                          \
    for (struct list *pos = (head)->next, *pos##_next = pos->next;             \
         pos != (head); pos = pos##_next, pos##_next = pos->next)

static inline void
list_init(struct list *head)
{
    head->next = head;
    head->prev = head;
}

static inline bool
list_empty(const struct list *head)
{
    return head->next == head;
}

/* The first node, or NULL if there is none. */
static inline struct list *
list_first(const struct list *head)
{
    return head->next == head ? NULL : head->next;
}

/* Put node right after `at`; node must be on no list. */
static inline void
list_insert(struct list *at, struct list *node)
{
    node->prev = at;
    node->next = at->next;
    at->next->prev = node;
    at->next = node;
}

/* Put node first. */
static inline void
list_add(struct list *head, struct list *node)
{
    list_insert(head, node);
}

/* Put node last. */
static inline void
list_add_tail(struct list *head, struct list *node)
{
    list_insert(head->prev, node);
}

/* Take node off its list, if it is on one, for the last time: the node may not
 * be used again. */
static inline void
list_leave(struct list *node)
{
    node->prev->next = node->next;
    node->next->prev = node->prev;
}

/* Take node off its list, if it is on one; it then points to itself. */
static inline void
list_del(struct list *node)
{
    list_leave(node);
    list_init(node);
}
