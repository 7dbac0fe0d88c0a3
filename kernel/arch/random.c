/*
 * The generator, and what feeds it.
 */
#include "common/string.h"

#include "core/spin.h"

#include "arch/clock.h"
#include "arch/cpu.h"
#include "arch/random.h"

#define BLOCK_WORDS 16
#define KEY_WORDS   8
#define POOL_WORDS  (8 * BLOCK_WORDS)

static struct spinlock random_lock = SPINLOCK_INIT(RANK_RANDOM);
static u32 secret[KEY_WORDS]; /* guarded by random_lock */
static bool seeded;           /* as well, and so on */
static u32 pool[POOL_WORDS];
static u32 pool_used = POOL_WORDS;

static inline u32
rotate(u32 word, int bits)
{
    return word << bits | word >> (32 - bits);
}

static inline void
quarter_round(u32 *a, u32 *b, u32 *c, u32 *d)
{
    *a += *b, *d = rotate(*d ^ *a, 16);
    *c += *d, *b = rotate(*b ^ *c, 12);
    *a += *b, *d = rotate(*d ^ *a, 8);
    *c += *d, *b = rotate(*b ^ *c, 7);
}

/* One block of the key stream: its number, and a nonce. */
static void
chacha_block(const u32 key[KEY_WORDS], u64 number, u64 nonce,
             u32 out[BLOCK_WORDS])
{
    u32 in[BLOCK_WORDS] = {
        0x61707865, 0x3320646e, 0x79622d32, 0x6b206574, [12] = (u32)number,
        (u32)(number >> 32), (u32)nonce, (u32)(nonce >> 32),
    };
    memcpy(&in[4], key, KEY_WORDS * sizeof(u32));
    memcpy(out, in, sizeof(in));
    for (int round = 0; round < 20; round += 2) {
#pragma GCC unroll 4
        for (int i = 0; i < 4; i++) { /* the columns */
            quarter_round(&out[i], &out[4 + i], &out[8 + i], &out[12 + i]);
        }
#pragma GCC unroll 4
        for (int i = 0; i < 4; i++) { /* the diagonals */
            quarter_round(&out[i], &out[4 + (i + 1) % 4],
                          &out[8 + (i + 2) % 4], &out[12 + (i + 3) % 4]);
        }
    }
    for (int i = 0; i < BLOCK_WORDS; i++) {
        out[i] += in[i];
    }
}

/* 64 bits of RDSEED or RDRAND.  They may have none for a moment.
 * => 0: the CPU has neither */
static u64
hardware_word(void)
{
    u32 basic[4], extended[4] = {0};
    u64 word = 0;
    u8 carry = 0;

    cpuid(0, 0, basic);
    if (basic[0] >= 7) {
        cpuid(7, 0, extended);
    }
    cpuid(1, 0, basic);
    for (int i = 0; i < 64 && !carry && (extended[1] & 1U << 18); i++) {
        __asm__ volatile("rdseed %0; setc %1" : "=r"(word), "=qm"(carry));
    }
    for (int i = 0; i < 64 && !carry && (basic[2] & 1U << 30); i++) {
        __asm__ volatile("rdrand %0; setc %1" : "=r"(word), "=qm"(carry));
    }
    return carry ? word : 0;
}

/* How long a load and the reading of the TSC take now, 64 times, as a hash. */
static u64
jitter_word(void)
{
    static volatile u8 lines[64 * 64];
    u64 word = clock_boot_realtime_ns;

    for (int i = 0; i < 64; i++) {
        lines[word % sizeof(lines)]++;
        word = (word ^ rdtsc()) * 0x9e3779b97f4a7c15UL;
        word ^= word >> 29;
    }
    return word;
}

/* => random_lock held */
static void
seed(void)
{
    u32 block[BLOCK_WORDS];

    for (int i = 0; i < 4; i++) { /* each block depends on the words so far */
        chacha_block(secret, hardware_word(), jitter_word(), block);
        memcpy(secret, block, sizeof(secret));
    }
    seeded = true;
}

/* Words that nobody else gets: the next ones of the pool.  A new pool's first
 * words are the key of the one after it. */
static void
take(u32 *words, u32 count)
{
    spin_lock(&random_lock);
    if (!seeded) {
        seed();
    }
    if (count > POOL_WORDS - pool_used) {
        u64 nonce = rdtsc();
        for (u32 at = 0; at < POOL_WORDS; at += BLOCK_WORDS) {
            chacha_block(secret, at, nonce, &pool[at]);
        }
        memcpy(secret, pool, sizeof(secret));
        memset(pool, 0, sizeof(secret));
        pool_used = KEY_WORDS;
    }
    memcpy(words, &pool[pool_used], count * sizeof(u32));
    memset(&pool[pool_used], 0, count * sizeof(u32));
    pool_used += count;
    spin_unlock(&random_lock);
}

void
random_words(u32 words[4])
{
    take(words, 4);
}

void
random_fill(void *buf, size_t size)
{
    u32 key[KEY_WORDS], block[BLOCK_WORDS];
    u8 *to = buf;

    take(key, KEY_WORDS); /* for this request, and then forgotten */
    for (u64 number = 0; size > 0; number++) {
        size_t part = MIN(size, sizeof(block));
        chacha_block(key, number, 0, block);
        memcpy(to, block, part);
        to += part;
        size -= part;
    }
}
