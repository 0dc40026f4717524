# SPDX-License-Identifier: GPL-2.0
"""The parts of make diff that look at memory ordering. See README."""
