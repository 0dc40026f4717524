# SPDX-License-Identifier: GPL-2.0
"""The parts of tools/diff/run."""


class CannotTell(Exception):
    """There is no verdict; the text says why, and what mends it."""
