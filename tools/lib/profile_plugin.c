/*
 * A QEMU plugin that counts instructions by address, between two marks.
 *
 * The marks are no-operations of the guest with a displacement nobody else
 * uses. They are recognised when their block is translated, so that they work
 * in any process and cost the rest nothing. Every other instruction adds one
 * to its counter (each step of a `rep` does); a pass over all counters at
 * each mark tells what ran between. Of each operation the cheapest repetition
 * is kept, and written to the file `out=` at the end:
 *     operation N repetitions R total T sum S most M
 *     ADDRESS COUNT           (hexadecimal, decimal; one line an instruction)
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What we use of qemu-plugin.h (version 1), which no package carries. */
struct qemu_plugin_tb;
struct qemu_plugin_insn;
enum { INLINE_ADD_U64 = 0, CB_NO_REGS = 0 };
typedef uint64_t plugin_id;
typedef void insn_callback(unsigned vcpu, void *data);
typedef void block_callback(plugin_id id, struct qemu_plugin_tb *tb);
typedef void exit_callback(plugin_id id, void *data);
void qemu_plugin_register_vcpu_tb_trans_cb(plugin_id id, block_callback *call);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn,
                                            insn_callback *call, int flags,
                                            void *data);
void qemu_plugin_register_vcpu_insn_exec_inline(struct qemu_plugin_insn *insn,
                                                int operation, void *counter,
                                                uint64_t step);
void qemu_plugin_register_atexit_cb(plugin_id id, exit_callback *call,
                                    void *data);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *
qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t index);
const void *qemu_plugin_insn_data(const struct qemu_plugin_insn *insn);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *insn);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);

__attribute__((visibility("default"))) int qemu_plugin_version = 1;

enum { OPERATIONS = 64, BUCKETS = 1 << 14, MARK_BYTES = 7 };

/* nopl 0x7e5700xx(%rax); the last byte but three says which mark. */
static const unsigned char mark_code[MARK_BYTES] = {
    0x0f, 0x1f, 0x80, 0, 0x00, 0x57, 0x7e
};
enum { MARK_KIND = 3, BEGIN = 1, END = 2, NEXT = 3 };

struct place {
    struct place *next;         /* in its bucket */
    struct place *all;
    uint64_t address;
    uint64_t count;             /* since the start */
    uint64_t before;            /* count at the mark BEGIN */
    uint64_t best[OPERATIONS];  /* in the cheapest repetition */
};

static struct place *buckets[BUCKETS];
static struct place *places;
static struct {
    uint64_t total, sum, most, repetitions;
} results[OPERATIONS];
static unsigned operation;      /* how many times NEXT was met */
static int counting;
static FILE *out;

static struct place *
place_at(uint64_t address)
{
    struct place **bucket = &buckets[(address ^ address >> 14) % BUCKETS];
    for (struct place *p = *bucket; p; p = p->next) {
        if (p->address == address) {
            return p;
        }
    }
    struct place *p = calloc(1, sizeof *p);
    if (!p) {
        abort();
    }
    p->address = address;
    p->next = *bucket;
    p->all = places;
    *bucket = p;
    places = p;
    return p;
}

static void
begin(unsigned vcpu, void *data)
{
    (void)vcpu, (void)data;
    for (struct place *p = places; p; p = p->all) {
        p->before = p->count;
    }
    counting = 1;
}

static void
end(unsigned vcpu, void *data)
{
    (void)vcpu, (void)data;
    uint64_t total = 0;
    if (!counting || operation >= OPERATIONS) {
        return;
    }
    counting = 0;
    for (struct place *p = places; p; p = p->all) {
        total += p->count - p->before;
    }
    if (!results[operation].repetitions++ ||
        total < results[operation].total) {
        results[operation].total = total;
        for (struct place *p = places; p; p = p->all) {
            p->best[operation] = p->count - p->before;
        }
    }
    results[operation].sum += total;
    if (total > results[operation].most) {
        results[operation].most = total;
    }
}

static void
next(unsigned vcpu, void *data)
{
    (void)vcpu, (void)data;
    operation++;
}

/* => BEGIN, END or NEXT; 0: an instruction like any other */
static int
mark_kind(const struct qemu_plugin_insn *insn)
{
    unsigned char code[MARK_BYTES];
    if (qemu_plugin_insn_size(insn) != MARK_BYTES) {
        return 0;
    }
    memcpy(code, qemu_plugin_insn_data(insn), MARK_BYTES);
    int kind = code[MARK_KIND];
    code[MARK_KIND] = 0;
    return memcmp(code, mark_code, MARK_BYTES) == 0 ? kind : 0;
}

static void
translated(plugin_id id, struct qemu_plugin_tb *tb)
{
    static insn_callback *const calls[] = {
        [BEGIN] = begin, [END] = end, [NEXT] = next
    };
    (void)id;
    for (size_t i = 0; i < qemu_plugin_tb_n_insns(tb); i++) {
        struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
        int kind = mark_kind(insn);
        if (kind >= BEGIN && kind <= NEXT) {
            qemu_plugin_register_vcpu_insn_exec_cb(insn, calls[kind],
                                                   CB_NO_REGS, NULL);
        } else {
            struct place *p = place_at(qemu_plugin_insn_vaddr(insn));
            qemu_plugin_register_vcpu_insn_exec_inline(
                insn, INLINE_ADD_U64, &p->count, 1);
        }
    }
}

static void
at_exit(plugin_id id, void *data)
{
    (void)id, (void)data;
    for (unsigned n = 1; n <= operation && n < OPERATIONS; n++) {
        fprintf(out, "operation %u repetitions %llu total %llu sum %llu "
                "most %llu\n", n,
                (unsigned long long)results[n].repetitions,
                (unsigned long long)results[n].total,
                (unsigned long long)results[n].sum,
                (unsigned long long)results[n].most);
        for (struct place *p = places; p; p = p->all) {
            if (p->best[n]) {
                fprintf(out, "%llx %llu\n", (unsigned long long)p->address,
                        (unsigned long long)p->best[n]);
            }
        }
    }
    fclose(out);
}

__attribute__((visibility("default"))) int
qemu_plugin_install(plugin_id id, const void *info, int argc, char **argv)
{
    (void)info;
    if (argc != 1 || strncmp(argv[0], "out=", 4) != 0 ||
        !(out = fopen(argv[0] + 4, "w"))) {
        fprintf(stderr, "profile_plugin: one argument, out=FILE\n");
        return -1;
    }
    qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
    qemu_plugin_register_atexit_cb(id, at_exit, NULL);
    return 0;
}
