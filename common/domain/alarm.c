/* SPDX-License-Identifier: MIT */
/* alarm.c - is this state worth waking somebody?
 *
 * The alarm remembers what people were told last, so that each thing is told
 * once.  One row a state: the alarm it calls for, and how it is told.  What
 * was open before a restart (remembered) is told again when it is confirmed,
 * and closed when it is not.
 *
 * The operator's intent decides what may be told: nothing while disabled,
 * only good news in maintenance.  What is not told is not remembered either,
 * so that it is told when the maintenance is over, if it is still true then.
 */
#include <llmreg/health.h>

struct verdict {
    enum llmreg_alarm alarm;
    enum llmreg_alarm_action action;
};

static const struct verdict verdicts[LLMREG_HEALTH_STATES] = {
    [LLMREG_HEALTH_UNKNOWN] = {LLMREG_ALARM_NONE, LLMREG_ALARM_SILENT},
    [LLMREG_HEALTH_HEALTHY] = {LLMREG_ALARM_NONE, LLMREG_ALARM_OKAY},
    [LLMREG_HEALTH_DEGRADED] = {LLMREG_ALARM_WARNING, LLMREG_ALARM_WARN},
    [LLMREG_HEALTH_UNHEALTHY] = {LLMREG_ALARM_FAILURE, LLMREG_ALARM_FAIL},
    [LLMREG_HEALTH_UNREACHABLE] = {LLMREG_ALARM_FAILURE, LLMREG_ALARM_FAIL},
};

enum llmreg_alarm_action llmreg_alarm_step(enum llmreg_alarm *alarm,
                                           enum llmreg_health_state state,
                                           enum llmreg_admin admin)
{
    if ((unsigned)state >= LLMREG_HEALTH_STATES)
        return LLMREG_ALARM_SILENT;
    struct verdict v = verdicts[state];

    if (v.action == LLMREG_ALARM_SILENT || admin == LLMREG_ADMIN_DISABLED)
        return LLMREG_ALARM_SILENT;
    if (admin == LLMREG_ADMIN_MAINTENANCE && v.action != LLMREG_ALARM_OKAY)
        return LLMREG_ALARM_SILENT;
    if (*alarm == v.alarm)
        return LLMREG_ALARM_SILENT;
    *alarm = v.alarm;
    return v.action;
}
