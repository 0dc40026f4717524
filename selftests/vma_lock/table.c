// SPDX-License-Identifier: GPL-2.0
/*
 * The table that `make run` ends with: what the three functions did on a VMA
 * of this process and on a synthetic one, Rust beside the kernel's C.
 */
#include "writer.h"

static void die(const char *what)
{
	fprintf(stderr, "table: %s: %s\n", what, strerror(errno));
	exit(1);
}

/* One line: what, then a column for each implementation. */
static void row(const char *what, const char *const text[2])
{
	printf("# | %-44s | %-20s | %-20s |\n", what, text[0], text[1]);
}

#define ROW(what, ...) do {						\
	char text_[2][40];						\
	for (int i = 0; i < 2; i++)					\
		snprintf(text_[i], sizeof(text_[i]), __VA_ARGS__);	\
	row(what, (const char *const[2]){ text_[0], text_[1] });	\
} while (0)

int main(void)
{
	static const unsigned int words[] = { 1, FLAG, FLAG + 1, FLAG + 2, 0xc0000000 };
	struct vma_test_hold live[2], reader[2];
	struct vma_test_op op[2];
	struct writer writer[2];
	struct call holder, detacher;
	char excluded[2][40] = {};
	char *area;
	bool same;
	int fd = open_device("vma_lock_test");

	for (unsigned int impl = 0; impl < 2; impl++) {
		for (int i = 0; i < 5; i++) {
			if (vma_op(fd, impl, VMA_TEST_OP_PREDICATE, words[i], &op[impl]))
				die("PREDICATE");
			snprintf(excluded[impl] + 2 * i, 3, "%d ", op[impl].ret);
		}

		area = map_area();
		live[impl] = (struct vma_test_hold){
			.addr = (unsigned long)area,
			.impl = impl,
			.flags = VMA_TEST_HOLD_UNTIL_WAITER,
			.hold_ms = 5000,
		};
		call_start(&holder, fd, VMA_TEST_HOLD, &live[impl]);
		wait_until_held(1);
		writer_start(&writer[impl], MUNMAP, area);
		if (call_join(&holder))
			die("HOLD");
		if (writer_join(&writer[impl]))
			die("munmap");

		if (vma_op(fd, impl, VMA_TEST_OP_ATTACH, 0, &op[impl]))
			die("ATTACH");
		reader[impl] = (struct vma_test_hold){
			.impl = impl,
			.flags = VMA_TEST_HOLD_SYNTHETIC | VMA_TEST_HOLD_TRANSIENT |
				 VMA_TEST_HOLD_UNTIL_WAITER,
			.hold_ms = 5000,
		};
		op[impl] = (struct vma_test_op){
			.op = VMA_TEST_OP_DETACH,
			.impl = impl,
			.flags = VMA_TEST_OP_AFTER_READER,
		};
		call_start(&holder, fd, VMA_TEST_HOLD, &reader[impl]);
		call_start(&detacher, fd, VMA_TEST_OP, &op[impl]);
		if (call_join(&holder) | call_join(&detacher))
			die("DETACH");
	}

	printf("TAP version 13\n1..1\n");
	row("", (const char *const[2]){ "Rust", "C (this kernel)" });
	row("are_readers_excluded", (const char *const[2]){ "", "" });
	row("  1, FLAG, FLAG+1, FLAG+2, 0xc0000000",
	    (const char *const[2]){ excluded[0], excluded[1] });
	row("vma_refcount_put, VMA of this process", (const char *const[2]){ "", "" });
	ROW("  vm_refcnt while held", "%#x", live[i].refcnt_locked);
	ROW("  with munmap asleep, right before the put", "%#x", live[i].refcnt_put);
	ROW("  asleep / woken by the put", "thread %u / %s", live[i].waiter,
	    (pid_t)live[i].waiter == writer[i].tid && writer[i].end_ns > live[i].put_ns ?
	    "yes" : "no");
	ROW("  from the put to the end of munmap", "%llu us",
	    (writer[i].end_ns - live[i].put_ns) / 1000);
	row("vma_mark_detached, reader about to back off", (const char *const[2]){ "", "" });
	ROW("  vm_refcnt before / asleep / after", "%#x / %#x / %#x", reader[i].refcnt_locked,
	    reader[i].refcnt_put, op[i].refcnt_after);
	ROW("  from the reader's put to detached", "%llu us",
	    (op[i].end_ns - reader[i].put_ns) / 1000);

	same = !strcmp(excluded[0], excluded[1]) &&
	       live[0].refcnt_locked == live[1].refcnt_locked &&
	       live[0].refcnt_put == live[1].refcnt_put &&
	       reader[0].refcnt_put == reader[1].refcnt_put &&
	       (pid_t)live[0].waiter == writer[0].tid && (pid_t)live[1].waiter == writer[1].tid &&
	       op[0].refcnt_after == op[1].refcnt_after;
	printf("%s 1 rust_and_c_agree\n", same ? "ok" : "not ok");
	return !same;
}
