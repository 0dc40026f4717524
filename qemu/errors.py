# SPDX-License-Identifier: GPL-2.0
"""What ends a run before there is anything to judge."""


class Fatal(Exception):
    """Wrong input or a broken environment; the text says what mends it."""
