// SPDX-License-Identifier: GPL-2.0
/*
 * What lib/maple_tree.c asks of the kernel: nodes, and grace periods of RCU.
 *
 * A grace period ends when the last one has left RCU that was in it, and what is freed then is
 * freed at once. It may take longer in reality, which hides mistakes and causes none.
 */
#include "world.h"

#include <linux/maple_tree.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>

#define NODES	x_world.nodes

/* The node that @addr is in, or -1. */
int x_node_of(const volatile void *addr)
{
	const unsigned long at = (unsigned long)addr - (unsigned long)NODES.node;

	return at < sizeof(NODES.node) ? at / sizeof(NODES.node[0]) : -1;
}

bool x_node_free(int node)
{
	return !NODES.used[node];
}

static void *get_node(void)
{
	for (int i = 0; i < X_NODES; i++) {
		if (!NODES.used[i]) {
			NODES.used[i] = 1;
			return memset(NODES.node[i], 0, sizeof(NODES.node[i]));
		}
	}
	x_cannot("needs more nodes of the maple tree than the explorer has", "");
}

static void put_node(const void *node)
{
	const int nr = x_node_of(node);

	if (nr < 0 || !NODES.used[nr])
		x_mark_wrong(X_NODE_FREED);
	else
		NODES.used[nr] = 0;
}

void *kmem_cache_alloc_noprof(struct kmem_cache *cache, gfp_t flags)
{
	return get_node();
}

void *kmem_cache_alloc_from_sheaf_noprof(struct kmem_cache *cache, gfp_t flags, struct slab_sheaf *sheaf)
{
	return get_node();
}

struct slab_sheaf *kmem_cache_prefill_sheaf(struct kmem_cache *cache, gfp_t flags, unsigned int size)
{
	return (struct slab_sheaf *)&NODES;
}

int kmem_cache_refill_sheaf(struct kmem_cache *cache, gfp_t flags, struct slab_sheaf **sheaf,
			    unsigned int size)
{
	return 0;
}

unsigned int kmem_cache_sheaf_size(struct slab_sheaf *sheaf)
{
	return X_NODES;
}

void kmem_cache_return_sheaf(struct kmem_cache *cache, gfp_t flags, struct slab_sheaf *sheaf)
{
}

void kmem_cache_free_bulk(struct kmem_cache *cache, size_t n, void **nodes)
{
	while (n--)
		put_node(nodes[n]);
}

#undef kfree
void kfree(const void *node)
{
	put_node(node);
}

static void after_grace(struct rcu_head *head, rcu_callback_t func)
{
	if (func)
		func(head);
	else
		put_node((void *)((unsigned long)head & ~(sizeof(NODES.node[0]) - 1)));
}

/* @func NULL: the node that @head is in. */
static void defer(struct rcu_head *head, rcu_callback_t func)
{
	if (!NODES.readers) {
		after_grace(head, func);
		return;
	}
	for (int i = 0; i < X_NODES; i++) {
		if (NODES.deferred[i].head)
			continue;
		NODES.deferred[i].head = head;
		NODES.deferred[i].func = func;
		NODES.deferred[i].readers = NODES.readers;
		return;
	}
	x_cannot("defers more by RCU than the explorer has room for", "");
}

void call_rcu(struct rcu_head *head, rcu_callback_t func)
{
	defer(head, func);
}

/* What kind of head it takes depends on the kernel. */
void x_kvfree_call_rcu(void *head, void *ptr) __asm__("kvfree_call_rcu");
void x_kvfree_call_rcu(void *head, void *ptr)
{
	defer(head, NULL);
}

/* Thread @thread enters or leaves RCU. */
void x_rcu_reader(int thread, bool enters)
{
	const u8 bit = 1 << thread;

	if (enters) {
		NODES.readers |= bit;
		return;
	}
	NODES.readers &= ~bit;
	for (int i = 0; i < X_NODES; i++) {
		struct rcu_head *head = NODES.deferred[i].head;

		NODES.deferred[i].readers &= ~bit;
		if (!head || NODES.deferred[i].readers)
			continue;
		NODES.deferred[i].head = NULL;
		after_grace(head, NODES.deferred[i].func);
	}
}
