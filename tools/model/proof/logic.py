# SPDX-License-Identifier: GPL-2.0
"""One notation for two uses: with Python's values the model runs, with z3's terms it is proved.

system.py calls use_solver(); what only runs or draws the model needs no solver.
"""

BITS = 32
MASK = (1 << BITS) - 1

z3 = None


def use_solver(module) -> None:
    global z3
    z3 = module


def symbolic(*values) -> bool:
    return z3 is not None and any(isinstance(value, z3.AstRef) for value in values)


class Word(int):
    """C's int in the kernel: wraps around; < and > are signed, as those of z3's bit vectors are."""

    def __new__(cls, value: int):
        return super().__new__(cls, value & MASK)

    def __add__(self, other):
        return other if other is UNKNOWN else Word(int(self) + int(other))

    def __sub__(self, other):
        return other if other is UNKNOWN else Word(int(self) - int(other))

    def __and__(self, other):
        return other if other is UNKNOWN else Word(int(self) & int(other))

    def signed(self) -> int:
        return int(self) - (int(self) >> (BITS - 1) << BITS)

    def __lt__(self, other):
        return other if other is UNKNOWN else self.signed() < Word(other).signed()

    def __gt__(self, other):
        return other if other is UNKNOWN else self.signed() > Word(other).signed()

    def __le__(self, other):
        return other if other is UNKNOWN else self.signed() <= Word(other).signed()

    __eq__ = int.__eq__
    __hash__ = int.__hash__


class Unknown:
    """Of what one task's steps do not tell: any value. A condition on it may hold."""

    def any(self, *_):
        return self

    __eq__ = __ne__ = __lt__ = __gt__ = __le__ = __ge__ = any
    __add__ = __sub__ = __and__ = __getitem__ = any
    __hash__ = object.__hash__


UNKNOWN = Unknown()


def word_like(old, value):
    """A value for a word that was `old`."""
    if symbolic(value):
        return value
    return old.sort().cast(value) if symbolic(old) else Word(value)


def below_or_equal(a, b):
    """Compared unsigned."""
    if a is UNKNOWN or b is UNKNOWN:
        return UNKNOWN
    return z3.ULE(a, b) if symbolic(a, b) else int(a) <= int(b)


def both(*conditions):
    if symbolic(*conditions):
        return z3.And(*conditions)
    if not all(conditions):
        return False
    return UNKNOWN if any(condition is UNKNOWN for condition in conditions) else True


def either(*conditions):
    if symbolic(*conditions):
        return z3.Or(*conditions)
    known = [condition for condition in conditions if condition is not UNKNOWN]
    return True if any(known) else UNKNOWN if len(known) < len(conditions) else False


def negate(condition):
    if condition is UNKNOWN:
        return UNKNOWN
    return z3.Not(condition) if symbolic(condition) else not condition


def implies(condition, then):
    return either(negate(condition), then)


def choose(condition, then, otherwise):
    if symbolic(condition):
        return z3.If(condition, then, otherwise)
    return then if condition else otherwise


def one_if(condition, like):
    """1 or 0, a number as `like` is one."""
    return choose(condition, like * 0 + 1, like * 0)


def changed(array, key, value):
    """The array with this value at that key."""
    if symbolic(array):
        return z3.Store(array, key, value)
    if array is UNKNOWN:
        return UNKNOWN
    return array[:key] + (value,) + array[key + 1 :]


def at(who, *places):
    """Is this task at one of these places?"""
    if symbolic(who.at):
        constants = PLACES[who.at.sort().name()]
        return z3.Or(*(who.at == constants[place] for place in places))
    return who.at in places


# With a solver: for readers, and for the writer, the constant that stands for each place. system.py fills it.
PLACES: dict[str, dict] = {}
