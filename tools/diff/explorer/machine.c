// SPDX-License-Identifier: GPL-2.0
/*
 * Coroutines that can be taken back: a thread that has stopped is an image of its stack and of
 * what else belongs to it, and goes on any number of times from there.
 *
 * All threads use the same stack, one at a time. So an image does not depend on which thread it is
 * of, and two readers at the same place have the same. ucontext asks the system for the signal
 * mask at each switch, and libraries for coroutines own their stacks: both are no use here.
 */
#define _GNU_SOURCE
#include "engine.h"

#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

/* Sides need less than a quarter of this. */
#define STACK	(32 * 1024)
/* Below the stack pointer old values are wiped out, or they would make states differ that do not. */
#define WIPED	1024

_Static_assert(sizeof(struct x_self) == 80 && sizeof(struct x_stop) == 24, "there is padding");

struct machine machine;
static char stack[STACK] __attribute__((aligned(64)));
static void *engine_sp, *thread_sp;
static sigjmp_buf faulted;
static volatile sig_atomic_t running;
static bool twins[X_THREADS][X_THREADS];
static unsigned long fault_at, fault_pc;
static volatile uint64_t stops;

/* Per-CPU variables. */
void *current_task, *const_current_task;
unsigned long __ref_stack_chk_guard;
int __preempt_count;
unsigned long vm_event_states[1024];
unsigned int nr_cpu_ids = 1;

static uint64_t mix(uint64_t a, uint64_t b)
{
	const __uint128_t product = (__uint128_t)(a ^ 0x9e3779b97f4a7c15) * (b ^ 0xe7037ed1a0b428db);

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* @size is a multiple of 8. Two states with the same hash are taken for one: 1 in 2^64 a pair. */
static uint64_t hash_of(const void *data, size_t size, uint64_t seed)
{
	const uint64_t *word = data;
	uint64_t a = seed, b = ~seed;
	size_t i = 0;

	for (; i + 4 <= size / 8; i += 4) {
		a = mix(word[i] ^ a, word[i + 1]);
		b = mix(word[i + 2] ^ b, word[i + 3]);
	}
	for (; i < size / 8; i++)
		a = mix(word[i] ^ a, b);
	return mix(a, b ^ size);
}

static void thread_main(void)
{
	x_thread_run();
	for (;;)
		x_stop();
}

void x_stop(void)
{
	switch_to(&thread_sp, engine_sp);
}

static struct thread_image *image_at(char **memory)
{
	struct thread_image *image = (void *)(((uintptr_t)*memory + 15) & ~15UL);

	*memory = (char *)(image + 1) + image->size;
	return image;
}

/* Makes the image of the thread that has just stopped. */
static const struct thread_image *take(char **memory)
{
	struct thread_image *image = (void *)(((uintptr_t)*memory + 15) & ~15UL);

	image->size = stack + STACK - (char *)thread_sp;
	if (image->size > STACK / 2)
		x_cannot("uses more stack than the explorer has", "");
	memcpy(&image->self, &x_self, sizeof(x_self));
	if (x_self.done)
		image->size = 0;
	else
		memcpy(image->stack, thread_sp, image->size);
	image->hash = hash_of(image->stack, image->size, hash_of(&image->self, sizeof(image->self), 1));
	image_at(memory);
	return image;
}

const uint64_t *machine_stack(const struct thread_image *image, uintptr_t address)
{
	const uintptr_t at = address - ((uintptr_t)stack + STACK - image->size);

	return at < image->size ? &image->stack[at / 8] : NULL;
}

static void enter(const struct thread_image *image)
{
	char *sp = stack + STACK - image->size;

	memcpy(&x_self, &image->self, sizeof(x_self));
	memcpy(sp, image->stack, image->size);
	memset(sp - WIPED, 0, WIPED);
	stops++;
	running = 1;
	switch_to(&engine_sp, sp);
	running = 0;
}

bool machine_step(int thread, char **memory)
{
	x_current = thread;
	const_current_task = current_task = x_task(thread);
	if (sigsetjmp(faulted, 0)) {
		running = 0;
		return false;
	}
	enter(machine.thread[thread]);
	machine.thread[thread] = take(memory);
	return true;
}

/* What is part of the state, in the order in which it is saved: shared, then of each task. */
static struct x_extent extents[64];
static int n_extents;
static size_t shared_size, task_size;

static size_t add_extents(const struct x_extent *from, int n)
{
	size_t size = 0;

	for (int i = 0; i < n; i++) {
		extents[n_extents++] = from[i];
		size += (from[i].size + 7) & ~7U;
	}
	return size;
}

size_t machine_world_size(void)
{
	return shared_size + x_threads * task_size;
}

static void find_extents(void)
{
	const struct x_extent *from;
	int n;

	n_extents = 0;
	from = x_world_extents(&n);
	shared_size = add_extents(from, n);
	for (int i = 0; i < x_threads; i++) {
		from = x_task_extents(i, &n);
		task_size = add_extents(from, n);
	}
	if (machine_world_size() > MAX_WORLD)
		x_cannot("has more state than there is room for", "");
}

static inline void copy(char *to, const char *from, unsigned int size)
{
	switch (size) {
	case 4:
		memcpy(to, from, 4);
		break;
	case 8:
		memcpy(to, from, 8);
		break;
	case 16:
		memcpy(to, from, 16);
		break;
	default:
		memcpy(to, from, size);
	}
}

void machine_save_world(void *to)
{
	char *at = to;

	for (int i = 0; i < n_extents; i++) {
		copy(at, extents[i].at, extents[i].size);
		at += (extents[i].size + 7) & ~7U;
	}
}

void machine_load_world(const void *from)
{
	const char *at = from;

	for (int i = 0; i < n_extents; i++) {
		copy(extents[i].at, at, extents[i].size);
		at += (extents[i].size + 7) & ~7U;
	}
}

void machine_begin(const struct x_scene *scene, const void *readers, const void *writers,
		   char **memory)
{
	static struct {
		struct thread_image image;
		uint64_t stack[CPU_FIRST];
	} first = {
		.image.size = sizeof(first.stack),
	};

	x_world_begin(scene, readers, writers);
	find_extents();
	for (int i = 0; i < x_threads; i++)
		for (int j = 0; j < x_threads; j++)
			twins[i][j] = x_twins(i, j);
	first.image.self.stop.name = "begins";
	cpu_first(first.stack, thread_main);
	for (int i = 0; i < x_threads; i++) {
		first.image.hash = i;
		machine.thread[i] = &first.image;
	}
	(void)memory;
}

unsigned int machine_enabled(void)
{
	unsigned int mask = 0;

	for (int i = 0; i < x_threads; i++)
		if (!machine.thread[i]->self.done && x_enabled(i, &machine.thread[i]->self.stop))
			mask |= 1U << i;
	return mask;
}

bool machine_twins(int a, int b)
{
	return twins[a][b];
}

uint64_t machine_hash(const void *world)
{
	const char *at = (const char *)world + shared_size;
	const int waiter = x_waiter();
	uint64_t sum = 0;

	for (int i = 0; i < x_threads; i++, at += task_size) {
		int group = i;

		/* The first one of the same role, unless it matters which one it is. */
		for (int j = 0; j < i && group == i; j++)
			if (twins[i][j] && waiter != i && waiter != j)
				group = j;
		sum += hash_of(at, task_size, mix(machine.thread[i]->hash, group + 1));
	}
	return hash_of(world, shared_size, sum);
}

char *machine_move(char *memory)
{
	static char aside[X_THREADS][STACK / 2 + sizeof(struct thread_image)];

	for (int i = 0; i < x_threads; i++)
		memcpy(aside[i], machine.thread[i], sizeof(struct thread_image) + machine.thread[i]->size);
	for (int i = 0; i < x_threads; i++) {
		struct thread_image *image = (void *)(((uintptr_t)memory + 15) & ~15UL);

		memcpy(image, aside[i], sizeof(*image) + ((struct thread_image *)aside[i])->size);
		machine.thread[i] = image;
		memory = (char *)(image + 1) + image->size;
	}
	return memory;
}

static void on_fault(int sig, siginfo_t *info, void *context)
{
	fault_at = (unsigned long)info->si_addr;
	fault_pc = cpu_pc(context);
	if (!running) {
		static const char text[] = "explorer: a fault of the explorer itself\n";

		_exit(write(2, text, sizeof(text) - 1) > 0 ? 3 : 4);
	}
	/* A call of what the program does not have goes to 0. */
	if (sig == SIGSEGV && fault_pc < 4096)
		x_cannot("calls a function of the kernel that has no stand-in", "");
	if (getenv("EXPLORER_FAULTS"))
		fprintf(stderr, "fault %d at %lx, pc %lx, thread %d\n", sig, fault_at, fault_pc, x_current);
	siglongjmp(faulted, 1);
}

/* Twice without a stop in between: it loops without touching anything that is shared. */
static void on_tick(int sig)
{
	static uint64_t last;

	(void)sig;
	if (running && stops == last)
		x_cannot("loops without an access to a shared word", "");
	last = stops;
}

void machine_init(void)
{
	static char alternate[64 * 1024];
	const stack_t signal_stack = { .ss_sp = alternate, .ss_size = sizeof(alternate) };
	struct sigaction action = { .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER };
	const struct itimerval tick = { { 2, 0 }, { 2, 0 } };

	sigaltstack(&signal_stack, NULL);
	sigaction(SIGSEGV, &action, NULL);
	sigaction(SIGBUS, &action, NULL);
	sigaction(SIGILL, &action, NULL);
	sigaction(SIGFPE, &action, NULL);
	sigaction(SIGTRAP, &action, NULL);
	action.sa_flags = SA_ONSTACK | SA_RESTART;
	action.sa_handler = on_tick;
	sigaction(SIGVTALRM, &action, NULL);
	setitimer(ITIMER_VIRTUAL, &tick, NULL);
}
