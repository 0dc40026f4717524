// SPDX-License-Identifier: GPL-2.0
/*
 * Times the kernel objects of vma_lock_bench.ko on this machine's own CPU: the
 * guest may be emulated, and then says little about atomics and caches.
 *
 * The very objects of the module are linked into this program. Of the kernel it
 * stands in for the little that they call on the paths that are timed, for C and
 * Rust alike. Not for what they call elsewhere: that ends the program.
 *
 * Prints NAME IMPL ROUND NANOSECONDS OPERATIONS, as debugfs vma_lock_bench/time.
 */
#define _GNU_SOURCE
#include "module/loops.h"
#include "../lib/synthetic_mm/synthetic_mm.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

/* Short rounds, so that most of them are not interrupted, and many of them. */
#define ROUNDS		301
#define OPERATIONS	10000
#define VMAS_MAX	100000

void oracle_vma_mark_attached(struct vm_area_struct *vma);
void oracle_vma_start_write(struct vm_area_struct *vma);

/* Per-CPU variables: the base of %gs is 0 in a user program, so these are found. */
static uint64_t task[4096];
void *current_task = task, *const_current_task = task;
unsigned long __ref_stack_chk_guard = 0x5bd1e995;
unsigned int nr_cpu_ids = 1;

void *__kmalloc_noprof(size_t size, unsigned int flags)
{
	return aligned_alloc(64, (size + 63) & ~63UL);
}

/* The same of a known size, from one of these caches: where the mm_struct is small enough. */
void *kmalloc_caches[1024];

void *__kmalloc_cache_noprof(void *cache, unsigned int flags, size_t size)
{
	return __kmalloc_noprof(size, flags);
}

/* Locked for writing, once and for all: the count's lowest bit. */
void __init_rwsem(long *count, const char *name, void *key)
{
	*count = 1;
}

void down_read(long *sem) { }
void up_read(long *sem) { }
void down_write(long *sem) { }
void up_write(long *sem) { }
void __rcu_read_lock(void) { }
void __rcu_read_unlock(void) { }
void finish_rcuwait(void **waiter) { *waiter = NULL; }

/* A call of this is in each C function, until it is made a nop as in the kernel. */
asm(".globl __fentry__, __x86_return_thunk\n"
    "__fentry__: __x86_return_thunk: ret");
extern unsigned char *__start___mcount_loc[], *__stop___mcount_loc[];

static void no_ftrace(void)
{
	static const unsigned char nop[5] = { 0x0f, 0x1f, 0x44, 0x00, 0x00 };
	uintptr_t page = sysconf(_SC_PAGESIZE);

	for (unsigned char **call = __start___mcount_loc; call < __stop___mcount_loc; call++) {
		void *at = (void *)((uintptr_t)*call & -page);

		if (mprotect(at, 2 * page, PROT_READ | PROT_WRITE | PROT_EXEC)) {
			perror("native: mprotect");
			exit(1);
		}
		memcpy(*call, nop, sizeof(nop));
	}
}

/* This thread's time on a CPU: other programs run too. */
static uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return t.tv_sec * 1000000000ull + t.tv_nsec;
}

static struct mm_struct *mm;
static struct vm_area_struct *vma;

static uint64_t on_one_cpu(loop work)
{
	uint64_t began = now();

	work(mm, vma, OPERATIONS);
	return now() - began;
}

/*
 * Both at once, or the line would not be contended: each on a CPU of its own, waiting
 * for the other without sleep, and at it until both have done their share.
 */
static atomic_int ready;
static cpu_set_t cpus;

static void run_on(int nth)
{
	cpu_set_t one;
	int cpu = -1;

	do {
		cpu++;
	} while (!CPU_ISSET(cpu, &cpus) || nth--);
	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	pthread_setaffinity_np(pthread_self(), sizeof(one), &one);
}

static uint64_t contended(loop work)
{
	uint64_t ns;

	ready++;
	while (ready < 2)
		;
	ns = on_one_cpu(work);
	ready++;
	while (ready < 4)
		work(mm, vma, 10);
	return ns;
}

static void *second(void *work)
{
	run_on(1);
	return (void *)contended((loop)work);
}

static uint64_t on_two_cpus(loop work)
{
	pthread_t thread;
	uint64_t ns;
	void *ret;

	ready = 0;
	if (pthread_create(&thread, NULL, second, work)) {
		perror("native: pthread_create");
		exit(1);
	}
	run_on(0);
	ns = contended(work);
	pthread_join(thread, &ret);
	return ns + (uint64_t)ret;
}

static void take_turns(const char *name, uint64_t (*measure)(loop), unsigned int cpus, loop c, loop rust)
{
	measure(c);
	measure(rust);
	for (int round = 0; round < ROUNDS; round++) {
		uint64_t ns[2];

		for (int i = 0; i < 2; i++)
			ns[i ^ (round & 1)] = measure(i ^ (round & 1) ? rust : c);
		printf("%s c %d %lu %u\n", name, round, ns[0], cpus * OPERATIONS);
		printf("%s rust %d %lu %u\n", name, round, ns[1], cpus * OPERATIONS);
	}
}

static uint64_t each(char *vmas, size_t size, unsigned long n,
		     void (*work)(struct mm_struct *, void *, unsigned long, unsigned long))
{
	uint64_t began = now();

	for (unsigned long i = 0; i < VMAS_MAX / n; i++)
		work(mm, vmas, size, n);
	return now() - began;
}

/* Does the cost depend on the number of VMAs? Only by way of the CPU's caches. */
static void more_and_more_vmas(void)
{
	size_t size = (char *)mm - (char *)vma;
	char *vmas = aligned_alloc(64, size * VMAS_MAX);

	if (!vmas) {
		perror("native: aligned_alloc");
		exit(1);
	}
	for (unsigned long i = 0; i < VMAS_MAX; i++)
		memcpy(vmas + i * size, vma, size);

	for (unsigned long n = 1; n <= VMAS_MAX; n *= 10) {
		for (int round = 0; round < ROUNDS / 10; round++) {
			uint64_t c = 0, rust;

			if (round & 1)
				c = each(vmas, size, n, c_reads_each);
			rust = each(vmas, size, n, rust_reads_each);
			if (!(round & 1))
				c = each(vmas, size, n, c_reads_each);
			printf("vmas_%lu c %d %lu %u\n", n, round, c, VMAS_MAX);
			printf("vmas_%lu rust %d %lu %u\n", n, round, rust, VMAS_MAX);
		}
	}
	free(vmas);
}

static void lacking(int sig)
{
	static const char text[] = "native: a kernel function was called that has no stand-in here\n";

	_exit(write(2, text, sizeof(text) - 1) > 0 ? 1 : 2);
}

int main(void)
{
	struct synthetic_mm *s;

	signal(SIGSEGV, lacking);
	no_ftrace();
	s = synthetic_mm_create();
	mm = synthetic_mm_mm(s);
	vma = synthetic_mm_vma(s);
	oracle_vma_start_write(vma);
	oracle_vma_mark_attached(vma);
	c_writes(mm, vma, 1);	/* ends with no VMA write-locked */

	take_turns("start_read+end_read", on_one_cpu, 1, c_reads, rust_reads);
	take_turns("start_read_locked+end_read", on_one_cpu, 1, c_reads_locked, rust_reads_locked);
	take_turns("mark_detached+mark_attached", on_one_cpu, 1, c_detaches, rust_detaches);
	take_turns("start_write", on_one_cpu, 1, c_writes, rust_writes);
	if (!sched_getaffinity(0, sizeof(cpus), &cpus) && CPU_COUNT(&cpus) > 1) {
		take_turns("readers_2", on_two_cpus, 2, c_reads, rust_reads);
		pthread_setaffinity_np(pthread_self(), sizeof(cpus), &cpus);
	}
	more_and_more_vmas();
	return 0;
}
