/* SPDX-License-Identifier: MIT */
/* as common/base/x.c */
static void f(int n)
{
    for (int i = 0; i < n; i++)
        while (more(i)) {
            if (i > 1) {
                switch (n) {
                case 1:
                    step();
                }
            }
        }
}
