// SPDX-License-Identifier: GPL-2.0
/*
 * The per-VMA lock under stress, as kernel/locking/locktorture.c does it for other locks,
 * with its parameters where they fit. Reads, writes, detaches and attaches over VMAs of
 * its own and over those of processes; each call in C or in Rust, at random.
 *
 *	insmod vma_lock_torture.ko seed=1
 *	rmmod vma_lock_torture			# "End of test: SUCCESS" or "... FAILURE: why"
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include "torture.h"

#include <linux/kthread.h>
#include <linux/mm_types.h>
#include <linux/module.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <linux/torture.h>

torture_param(int, nreaders_stress, -1, "Threads that read-lock, -1: four for each CPU");
torture_param(int, nwriters_stress, -1, "Threads that write-lock, -1: one for each CPU");
torture_param(int, nmappers_stress, -1, "Threads that detach and attach, -1: one for each CPU");
torture_param(int, nlive_stress, 1, "Threads that read-lock VMAs of processes");
torture_param(int, long_hold, 20, "Do occasional long hold of lock (ms), 0=disable");
torture_param(int, onoff_holdoff, 0, "Time after boot before CPU hotplugs (s)");
torture_param(int, onoff_interval, 0, "Time between CPU hotplugs (s), 0=disable");
torture_param(int, shuffle_interval, 3, "Number of jiffies between shuffles, 0=disable");
torture_param(int, shutdown_secs, 0, "Shutdown time (s), <= zero to disable.");
torture_param(int, stat_interval, 60, "Number of seconds between stats printk()s, 0=disable");
torture_param(int, stutter, 5, "Number of jiffies to run/halt test, 0=disable");
torture_param(int, verbose, 0, "Enable verbose debugging printk()s");
torture_param(int, delay_us, 600, "Longest delay in each narrow window (us), 0=disable");
torture_param(uint, seed, 0, "Of all random choices, 0: a random one");

static char *live_comm = "torture_load";
module_param(live_comm, charp, 0444);
MODULE_PARM_DESC(live_comm, "Name of the processes whose VMAs are read-locked");

static const struct limit {
	const char *name;
	const int *value;
	int min, max;
} limits[] = {
	{ "nreaders_stress", &nreaders_stress, -1, 1000 },
	{ "nwriters_stress", &nwriters_stress, -1, 1000 },
	{ "nmappers_stress", &nmappers_stress, -1, 1000 },
	{ "nlive_stress", &nlive_stress, 0, 1000 },
	{ "long_hold", &long_hold, 0, 1000 },
	{ "onoff_holdoff", &onoff_holdoff, 0, 3600 },
	{ "onoff_interval", &onoff_interval, 0, 3600 },
	{ "shuffle_interval", &shuffle_interval, 0, 60 * HZ },
	{ "shutdown_secs", &shutdown_secs, 0, 1000000 },
	{ "stat_interval", &stat_interval, 0, 3600 },
	{ "stutter", &stutter, 0, 60 * HZ },
	{ "verbose", &verbose, 0, 2 },
	/* A busy loop under RCU. */
	{ "delay_us", &delay_us, 0, 1000 },
};

static struct task_struct *watch_task;

static int torture_stats(void *arg)
{
	unsigned long next = jiffies + stat_interval * HZ;

	/* The others may need help to stop, so not until torture_must_stop(). */
	while (!kthread_should_stop()) {
		schedule_timeout_interruptible(HZ);
		torture_watch();
		if (stat_interval && time_after(jiffies, next)) {
			torture_print_stats();
			next = jiffies + stat_interval * HZ;
		}
		torture_shutdown_absorb("torture_stats");
	}
	return 0;
}

static int check_parameters(void)
{
	const struct limit *l;

	for (l = limits; l < limits + ARRAY_SIZE(limits); l++) {
		if (*l->value < l->min || *l->value > l->max) {
			pr_err("%s=%d: expected %d to %d\n", l->name, *l->value, l->min, l->max);
			return -EINVAL;
		}
	}
	return 0;
}

static void print_parameters(const char *tag, const char *reason)
{
	pr_alert("%s" TORTURE_FLAG "--- %s%s%s: seed=%u nreaders_stress=%d nwriters_stress=%d nmappers_stress=%d nlive_stress=%d delay_us=%d long_hold=%d onoff_interval=%d shuffle_interval=%d stat_interval=%d stutter=%d\n",
		 TORTURE_TYPE, tag, reason ? ": " : "", reason ?: "", seed, nreaders_stress,
		 nwriters_stress, nmappers_stress, nlive_stress, delay_us, long_hold,
		 onoff_interval, shuffle_interval, stat_interval, stutter);
}

/* One line: how it ended, and why. */
static void print_end(void)
{
	const unsigned long rare = get_torture_init_jiffies() + TORTURE_RARE_SECS * HZ;
	const char *missing = time_after_eq(jiffies, rare) ? torture_rare_missing() : NULL;
	char reason[80];

	torture_print_table();
	pr_alert("%s" TORTURE_FLAG " ", TORTURE_TYPE);
	torture_onoff_stats();
	pr_cont("\n");

	if (missing)
		scnprintf(reason, sizeof(reason), "%s never happened, in one of the languages",
			  missing);
	if (torture_failure())
		print_parameters("End of test: FAILURE", torture_failure());
	else if (missing)
		print_parameters("End of test: FAILURE", reason);
	else if (torture_onoff_failures())
		print_parameters("End of test: FAILURE", "CPU hotplug failed");
	else
		print_parameters("End of test: SUCCESS", NULL);
}

static void torture_cleanup(void)
{
	unsigned int i;

	if (torture_cleanup_begin())
		return;

	/* The killer, which is last, has to be gone before its victims are. */
	for (i = torture_nr_threads; i-- > 0;)
		torture_stop_kthread(torture_thread, torture_threads[i].task);
	if (watch_task) {
		torture_stop_kthread(torture_stats, watch_task);
		torture_mms_destroy(&torture_main_thread);
		print_end();
	} else {
		/* It never began. */
		torture_mms_destroy(&torture_main_thread);
	}
	kfree(torture_threads);
	torture_threads = NULL;
	torture_nr_threads = 0;
	torture_cleanup_end();
}

static void seed_thread(struct torture_thread *t, unsigned int id)
{
	prandom_seed_state(&t->rnd, seed + ((u64)id << 32));
	spin_lock_init(&t->lock);
	t->seen_jiffies = jiffies;
}

#define START(function, number)							\
	for (i = 0; !err && i < (number); i++, t++)				\
		err = torture_create_kthread(function, t, t->task)

static int start_threads(void)
{
	struct torture_thread *t;
	int i, err = 0;

	torture_nr_threads = nreaders_stress + nwriters_stress + nmappers_stress + nlive_stress + 1;
	torture_threads = kcalloc(torture_nr_threads, sizeof(*torture_threads), GFP_KERNEL);
	if (!torture_threads) {
		torture_nr_threads = 0;
		return -ENOMEM;
	}
	for (i = 0; i < torture_nr_threads; i++)
		seed_thread(&torture_threads[i], i + 1);

	t = torture_threads;
	START(torture_reader, nreaders_stress);
	START(torture_writer, nwriters_stress);
	START(torture_mapper, nmappers_stress);
	START(torture_live, nlive_stress);
	START(torture_killer, 1);
	if (!err)
		err = torture_create_kthread(torture_stats, &torture_main_thread, watch_task);
	return err;
}

static int start(void)
{
	int err;

	if (!seed)
		seed = get_random_u32();
	if (nreaders_stress < 0)
		nreaders_stress = 4 * num_online_cpus();
	if (nwriters_stress < 0)
		nwriters_stress = num_online_cpus();
	if (nmappers_stress < 0)
		nmappers_stress = num_online_cpus();
	torture_delay_us = delay_us;
	torture_long_hold = long_hold;
	torture_live_comm = live_comm;
	seed_thread(&torture_main_thread, 0);

	print_parameters("Start of test", NULL);
	err = torture_mms_create(&torture_main_thread);
	if (!err && onoff_interval > 0)
		err = torture_onoff_init(onoff_holdoff * HZ, onoff_interval * HZ, NULL);
	if (!err && shuffle_interval > 0)
		err = torture_shuffle_init(shuffle_interval);
	if (!err && shutdown_secs > 0)
		err = torture_shutdown_init(shutdown_secs, torture_cleanup);
	if (!err && stutter > 0)
		err = torture_stutter_init(stutter, stutter);
	return err ?: start_threads();
}

static int __init torture_init(void)
{
	int err = check_parameters();

	if (err)
		return err;
	if (!torture_init_begin(TORTURE_TYPE, verbose))
		return -EBUSY;
	err = start();
	torture_init_end();
	if (err) {
		pr_err("cannot start: error %d\n", err);
		torture_cleanup();
	}
	return err;
}

module_init(torture_init);
module_exit(torture_cleanup);

MODULE_AUTHOR("vma_lock developers");
MODULE_DESCRIPTION("Per-VMA lock in C and Rust: torture test");
MODULE_LICENSE("GPL");
