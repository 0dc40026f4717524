# SPDX-License-Identifier: GPL-2.0
"""The parts of scripts/diff."""


class CannotTell(Exception):
    """There is no verdict; the text says why, and what mends it."""
