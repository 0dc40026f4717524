// SPDX-License-Identifier: GPL-2.0+
/* A reader under RCU whose tree is emptied under it, one step after the other. */
#define module_init(x)
#define module_exit(x)
#define MODULE_AUTHOR(x)
#define MODULE_DESCRIPTION(X)
#define MODULE_LICENSE(x)
#define dump_stack()	assert(0)

#include "test.h"

#include "../shared/maple-shim.c"

static int n_entries, how;	/* how: 0 store NULL everywhere, 1 destroy, 2 single entry at 0 */

static void fill(struct maple_tree *mt)
{
	mt_init_flags(mt, MT_FLAGS_ALLOC_RANGE | MT_FLAGS_USE_RCU);
	for (int i = 1; i <= n_entries; i++)
		assert(!mtree_store_range(mt, i * 0x2000UL, i * 0x2000UL + 0xfff, xa_mk_value(i), GFP_KERNEL));
}

static void *empty(struct maple_tree *mt)
{
	if (how == 1) {
		mtree_destroy(mt);
	} else {
		assert(!mtree_store_range(mt, 0, ULONG_MAX, NULL, GFP_KERNEL));
		if (how == 2)
			assert(!mtree_store(mt, 0, (void *)0x1000, GFP_KERNEL));
	}
	return how == 2 ? (void *)0x1000 : NULL;
}

int main(int argc, char **argv)
{
	DEFINE_MTREE(mt);
	void *zero;
	int op;

	rcu_register_thread();
	maple_tree_init();
	for (n_entries = 2; n_entries <= 2000; n_entries *= 10)
	for (how = 0; how < 3; how++)
	for (op = 0; op < 8; op++) {
		MA_STATE(mas, &mt, n_entries / 2 * 0x2000UL, n_entries / 2 * 0x2000UL);

		if (argc > 1 && op != atoi(argv[1]))
			continue;
		printf("entries %d how %d op %d\n", n_entries, how, op);
		fflush(stdout);
		fill(&mt);
		rcu_read_lock();
		assert(mas_walk(&mas) == xa_mk_value(n_entries / 2));
		zero = empty(&mt);
		switch (op) {
		case 0:
			assert(!mas_find(&mas, ULONG_MAX));
			assert(!mas_find(&mas, ULONG_MAX));
			break;
		case 1:
			assert(!mas_next(&mas, ULONG_MAX));
			assert(!mas_next(&mas, ULONG_MAX));
			break;
		case 2:
			assert(!mas_next_range(&mas, ULONG_MAX));
			assert(!mas_next_range(&mas, ULONG_MAX));
			break;
		case 3:
			assert(!mas_find_range(&mas, ULONG_MAX));
			assert(!mas_find_range(&mas, ULONG_MAX));
			break;
		case 4:
			assert(mas_prev(&mas, 0) == zero);
			assert(!mas_prev(&mas, 0));
			break;
		case 5:
			assert(mas_prev_range(&mas, 0) == zero);
			assert(!mas_prev_range(&mas, 0));
			break;
		case 6:
			assert(mas_find_rev(&mas, 0) == zero);
			assert(!mas_find_rev(&mas, 0));
			break;
		case 7:
			assert(!mas_prev(&mas, 0x1000));
			break;
		}
		rcu_read_unlock();
		mtree_destroy(&mt);
		rcu_barrier();
	}
	rcu_unregister_thread();
	printf("all passed\n");
	return 0;
}
