/*
 * A QEMU plugin that counts the kernel's and the programs' instructions between
 * two marks, on all processors, while these run at once.
 *
 * Each processor adds to counters of its own, a block at a time. The marks are
 * those of profile_plugin.c; at each END a line is written to the file `out=`:
 *     KERNEL PROGRAMS
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* What we use of qemu-plugin.h (version 1), which no package carries. */
struct qemu_plugin_tb;
struct qemu_plugin_insn;
enum { CB_NO_REGS = 0 };
typedef uint64_t plugin_id;
typedef void executed_callback(unsigned vcpu, void *data);
typedef void block_callback(plugin_id id, struct qemu_plugin_tb *tb);
void qemu_plugin_register_vcpu_tb_trans_cb(plugin_id id, block_callback *call);
void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb *tb,
                                          executed_callback *call, int flags,
                                          void *data);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn,
                                            executed_callback *call, int flags,
                                            void *data);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
uint64_t qemu_plugin_tb_vaddr(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *
qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t index);
const void *qemu_plugin_insn_data(const struct qemu_plugin_insn *insn);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *insn);

__attribute__((visibility("default"))) int qemu_plugin_version = 1;

enum { CPUS = 8, CACHE_LINE = 64, MARK_BYTES = 7, MARK_KIND = 3 };
enum { BEGIN = 1, END = 2 };

static struct counters {
    uint64_t kernel, programs;
} __attribute__((aligned(CACHE_LINE))) counters[CPUS];

static struct counters before;
static FILE *out;

static struct counters
sum(void)
{
    struct counters all = {0};
    for (int i = 0; i < CPUS; i++) {
        all.kernel += counters[i].kernel;
        all.programs += counters[i].programs;
    }
    return all;
}

static void
kernel_block(unsigned vcpu, void *size)
{
    counters[vcpu % CPUS].kernel += (uintptr_t)size;
}

static void
program_block(unsigned vcpu, void *size)
{
    counters[vcpu % CPUS].programs += (uintptr_t)size;
}

static void
begin(unsigned vcpu, void *data)
{
    (void)vcpu, (void)data;
    before = sum();
}

static void
end(unsigned vcpu, void *data)
{
    struct counters now = sum();
    (void)vcpu, (void)data;
    fprintf(out, "%llu %llu\n",
            (unsigned long long)(now.kernel - before.kernel),
            (unsigned long long)(now.programs - before.programs));
    fflush(out);
}

static void
watch_mark(struct qemu_plugin_insn *insn)
{
    static const unsigned char mark[MARK_BYTES] = {
        0x0f, 0x1f, 0x80, 0, 0x00, 0x57, 0x7e
    };
    unsigned char code[MARK_BYTES];
    if (qemu_plugin_insn_size(insn) != MARK_BYTES) {
        return;
    }
    memcpy(code, qemu_plugin_insn_data(insn), MARK_BYTES);
    int kind = code[MARK_KIND];
    code[MARK_KIND] = 0;
    if (memcmp(code, mark, MARK_BYTES) == 0 && (kind == BEGIN || kind == END)) {
        qemu_plugin_register_vcpu_insn_exec_cb(
            insn, kind == BEGIN ? begin : end, CB_NO_REGS, NULL);
    }
}

static void
translated(plugin_id id, struct qemu_plugin_tb *tb)
{
    size_t size = qemu_plugin_tb_n_insns(tb);
    int kernel = qemu_plugin_tb_vaddr(tb) >> 63;
    (void)id;
    for (size_t i = 0; i < size; i++) {
        watch_mark(qemu_plugin_tb_get_insn(tb, i));
    }
    qemu_plugin_register_vcpu_tb_exec_cb(
        tb, kernel ? kernel_block : program_block, CB_NO_REGS, (void *)size);
}

__attribute__((visibility("default"))) int
qemu_plugin_install(plugin_id id, const void *info, int argc, char **argv)
{
    (void)info;
    if (argc != 1 || strncmp(argv[0], "out=", 4) != 0 ||
        !(out = fopen(argv[0] + 4, "w"))) {
        fprintf(stderr, "scale_plugin: one argument, out=FILE\n");
        return -1;
    }
    qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
    return 0;
}
