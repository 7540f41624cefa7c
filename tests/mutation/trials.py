"""Run the tests against changed modules, each change in a process of its own."""

from __future__ import annotations

import contextlib
import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import inspect
import itertools
import json
import os
import resource
import shutil
import signal
import sys
import tempfile
import time
import types
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from mutants import Mutant

PRELOADED = ["numpy", "hypothesis.strategies", "scipy.special"]  # what most tests load
MEMORY = 8 << 30  # bytes
FOLDER = Path(tempfile.gettempdir()) / f"fitscope-mutation-{os.getpid()}"
Say = Callable[[Any], None]


class Notes:
    """A pytest plugin that notes what each test costs, in the processor's seconds, and which lines of some files it reaches.

    Tests that take longer than `dearest` are broken off and left out.
    """

    def __init__(self, paths: list[str], dearest: float) -> None:
        self.paths = {str(Path(path).resolve()): path for path in paths}
        self.dearest = dearest
        self.costs: dict[str, float] = {}
        self.reached: dict[str, dict[str, set[int]]] = {}

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        lines = self.reached[item.nodeid] = defaultdict(set)

        def trace(frame: types.FrameType, event: str, _: Any) -> Any:
            path = self.paths.get(frame.f_code.co_filename)
            if path is None:
                return None
            lines[path].add(frame.f_lineno)
            return trace

        begin = time.process_time()
        sys.settrace(trace)
        try:
            return (yield)
        finally:
            sys.settrace(None)
            self.costs[item.nodeid] = time.process_time() - begin

    @pytest.hookimpl(wrapper=True)
    def pytest_pyfunc_call(self) -> Iterator[None]:
        signal.signal(signal.SIGPROF, lambda *_: pytest.skip("too dear"))
        signal.setitimer(signal.ITIMER_PROF, self.dearest)
        try:
            return (yield)
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)

    def able(self, mutant: Mutant, enough: float) -> list[str]:
        """Return the tests that can notice a change, those that reach least first and dear ones last, until they cost enough."""
        able = [test for test, by in self.reached.items() if not set(mutant.lines).isdisjoint(by.get(mutant.path, ()))]
        if mutant.function is None:  # it is run when the module is imported, which no single test does
            able = [test for test, by in self.reached.items() if mutant.path in by] or list(self.reached)
        able = [test for test in able if self.costs[test] < self.dearest]
        able.sort(key=lambda test: (self.costs[test] > enough / 30, sum(map(len, self.reached[test].values()))))
        spent = itertools.accumulate(self.costs[test] for test in able)
        return [test for test, so_far in zip(able, spent) if so_far < enough or test == able[0]]


class Imported:
    """A pytest plugin that imports a changed module, runs some tests in their order, and says `left` where none of them fails."""

    def __init__(self, mutant: Mutant, tests: list[str], say: Say) -> None:
        self.mutant, self.order, self.say = mutant, {test: place for place, test in enumerate(tests)}, say

    @pytest.hookimpl(tryfirst=True)
    def pytest_load_initial_conftests(self) -> None:
        sys.meta_path.insert(0, Changed(self.mutant))  # before pytest's own finder, and before a conftest imports the module

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = sorted((item for item in items if item.nodeid in self.order), key=lambda item: self.order[item.nodeid])

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if session.testscollected and not session.testsfailed:
            self.say("left")
        os._exit(0)


class Swapped:
    """A pytest plugin that collects once and tries each change of a function in a fork, without importing anything anew."""

    def __init__(self, trials: list[tuple[int, Mutant, list[str], float]], say: Say) -> None:
        self.trials, self.say = trials, say

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool | None:
        items = {item.nodeid: item for item in session.items}
        for number, mutant, tests, budget in self.trials:
            child = os.fork()
            if not child:
                _limit(budget)
                _swap(mutant)
                session.items = [items[test] for test in tests]
                return None  # and pytest's own loop runs them
            self.say([number, os.waitpid(child, 0)[1] != 0])
        return True

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        os._exit(bool(session.testsfailed))


class Changed(importlib.abc.MetaPathFinder, importlib.machinery.SourceFileLoader):
    """Import one module from its changed source, and never from or into a cache."""

    def __init__(self, mutant: Mutant) -> None:
        super().__init__(_module(mutant), str(Path(mutant.path).resolve()))
        self.source = mutant.source.encode()

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> importlib.machinery.ModuleSpec | None:
        return importlib.util.spec_from_file_location(name, self.path, loader=self) if name == self.name else None

    def get_data(self, path: str) -> bytes:
        return self.source

    def path_stats(self, path: str) -> Any:
        raise OSError


def noted(paths: list[str], tests: list[str], dearest: float) -> Notes:
    """Run the tests once, and return what they reach and cost."""
    notes = Notes(paths, dearest)

    def work(say: Say) -> None:
        if not _pytest(tests, notes):
            say([notes.costs, {test: {path: list(lines) for path, lines in by.items()} for test, by in notes.reached.items()}])

    told = list(_forked(work))
    if not told:
        sys.exit("The tests fail without any change, or there are none; mend that first.")
    [(notes.costs, reached)] = told
    notes.reached = {test: {path: set(lines) for path, lines in by.items()} for test, by in reached.items()}
    return notes


def tried(chosen: list[Mutant], notes: Notes, tests: list[str], enough: float) -> Iterator[tuple[Mutant, bool]]:
    """Try the changes, and yield whether each was found."""
    swapped = []
    for number, mutant in enumerate(chosen):
        able = notes.able(mutant, enough)
        budget = 10 + 5 * sum(notes.costs[test] for test in able)
        if not able:
            yield mutant, False
        elif mutant.function is None:
            yield mutant, _imported(mutant, able, budget)
        else:
            swapped.append((number, mutant, able, budget))
    for number, found in _forked(lambda say: _pytest(tests, Swapped(swapped, say))) if swapped else ():
        yield chosen[number], found
    shutil.rmtree(FOLDER, ignore_errors=True)


def _imported(mutant: Mutant, tests: list[str], budget: float) -> bool:
    def work(say: Say) -> None:
        _limit(budget)
        _pytest(list(dict.fromkeys(test.split("::")[0] for test in tests)), Imported(mutant, tests, say))

    return "left" not in _forked(work)


def _pytest(arguments: list[str], plugin: object) -> int:
    from hypothesis import HealthCheck, Phase, settings

    settings.register_profile("mutation", database=None, derandomize=True, deadline=None,
                              phases=[Phase.explicit, Phase.generate], suppress_health_check=list(HealthCheck))  # fmt: skip
    silent = ["-x", "-q", "-p", "no:cacheprovider", "--hypothesis-profile", "mutation", "--basetemp", str(FOLDER)]
    return int(pytest.main([*arguments, *silent], plugins=[plugin]))


def _forked(work: Callable[[Say], object]) -> Iterator[Any]:
    """Work in a silent fork, and yield what it says."""
    for name in PRELOADED:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        with contextlib.suppress(BaseException):
            _silence()
            work(lambda said: [None, os.write(writing, json.dumps(said).encode() + b"\n")][0])
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        yield from map(json.loads, pipe)
    os.waitpid(child, 0)


def _silence() -> None:
    silent = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(silent, number)


def _limit(budget: float) -> None:
    """End this process once it has used so many seconds of the processor, or too much memory."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_PROF, budget)


def _swap(mutant: Mutant) -> None:
    """Put a function's changed code in the place of its own."""
    found: Any = importlib.import_module(_module(mutant))
    for name in (mutant.function or "").split("."):
        found = inspect.getattr_static(found, name)
    for inner in ("fget", "func", "__func__", "__wrapped__"):
        found = getattr(found, inner, None) or found
    codes = _codes(compile(mutant.source, found.__code__.co_filename, "exec", dont_inherit=True))
    found.__code__ = next(code for code in codes if code.co_qualname == mutant.function)


def _codes(code: types.CodeType) -> Iterator[types.CodeType]:
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield constant
            yield from _codes(constant)


def _module(mutant: Mutant) -> str:
    return mutant.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
