# SPDX-License-Identifier: GPL-2.0
def page(report):
    return ""
