# SPDX-License-Identifier: GPL-2.0
"""refcount_t over a word of 32 bits that wraps: include/linux/refcount.h, lib/refcount.c.

What it cannot do in one access are two: it reads and then tries to exchange; it finds that it went over
and then stores REFCOUNT_SATURATED.
"""

from dataclasses import replace

from logic import below_or_equal, both, either

SATURATED = 0xC0000000


def excluded(count, s):
    """__vma_are_readers_excluded(): the argument is an int, the comparison unsigned."""
    return both((count & s.flag) != 0, below_or_equal(count, s.flag + 1))


def over_after_add(old, n):
    return either(old < 0, old + n < 0)


def over_after_sub(old, n):
    return either(old < 1, old - n < 0)


def inc_not_zero_limited(old, s):
    """There is nothing; it is too many: 1 > limit - old, of ints."""
    return old == 0, both(old != 0, s.limit - old < 1)


def sub_and_test(old, n):
    return both(old > 0, old == n)


def try_cmpxchg(v, expected, failed, exchanged):
    """The cases of a loop around it: `failed` judges what was found instead."""
    again = [replace(case, name=f"changed meanwhile; {case.name}") for case in failed]
    return [case.given(v == expected) for case in exchanged] + [case.given(v != expected) for case in again]
