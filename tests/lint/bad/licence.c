/* as common/base/x.c */
static int f(void);
