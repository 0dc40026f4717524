# SPDX-License-Identifier: GPL-2.0
"""What a model is made of: words that tasks share, accesses to them, and what each may lead to."""

from dataclasses import dataclass, field, replace

from logic import both, changed, choose, word_like


class Record:
    """Named values that are never changed, only replaced."""

    def __init__(self, **fields):
        self.__dict__.update(fields)

    def but(self, **fields):
        return Record(**(self.__dict__ | fields))

    def __eq__(self, other):
        return self.__dict__ == other.__dict__

    def __hash__(self):
        return hash(tuple(self.__dict__.values()))

    def __repr__(self):
        return " ".join(f"{name}={value}" for name, value in self.__dict__.items())


@dataclass(frozen=True)
class Shared:
    """A word that tasks share. A keyed one is there for each mm, or each task."""

    name: str
    attribute: str
    keyed: bool = False
    wraps: bool = False

    def read(self, world, key):
        value = getattr(world, self.attribute)
        return value[key] if self.keyed else value

    def written(self, world, key, value) -> dict:
        old = getattr(world, self.attribute)
        if self.wraps:
            value = word_like(self.read(world, key), value)
        return {self.attribute: changed(old, key, value) if self.keyed else value}


@dataclass(frozen=True)
class OfTask(Shared):
    """Of all tasks only the writer's is followed; for any other it reads as nothing."""

    nothing: object = 0

    def read(self, world, key):
        return choose(key == world.task, getattr(world, self.attribute), self.nothing)

    def written(self, world, key, value) -> dict:
        return {self.attribute: choose(key == world.task, value, getattr(world, self.attribute))}


@dataclass
class Case:
    """One thing that an access may lead to: if, where to, what is written, what is remembered."""

    name: str
    when: object
    to: str
    write: object = None
    remember: dict = field(default_factory=dict)
    # What no task can read, but the proof speaks of.
    ghost: dict = field(default_factory=dict)
    # It never comes to this, says the proof.
    never: bool = False

    def given(self, condition):
        return replace(self, when=both(condition, self.when))

    def writing(self, value):
        return replace(self, write=value)


def never(case: Case) -> Case:
    return replace(case, never=True)


@dataclass(frozen=True)
class Step:
    """One access of one task: at a place of its program, to one word."""

    code: str  # the C function
    place: str
    kind: str  # load, store, rmw; or a primitive that is trusted
    word: Shared | None
    cases: object  # (value read, who, world) -> [Case]
    key: object = None  # who -> which mm, or which task
    picks: tuple = ()  # what is left open: any_mm, ...

    def read(self, who, world):
        return self.word.read(world, self.key and self.key(who)) if self.word else None


@dataclass(frozen=True)
class Event:
    """Something that others do: tasks that are not followed, signals, the slab."""

    name: str
    picks: tuple
    when: object  # (world, writer) -> condition
    then: object  # (world, writer) -> {attribute: new value}


def after(step: Step, case: Case, who, world):
    """Who and world after this case of the step."""
    changes = {}
    if case.write is not None:
        changes = step.word.written(world, step.key and step.key(who), case.write)
    return who.but(at=case.to, **case.remember), world.but(**(changes | case.ghost))
