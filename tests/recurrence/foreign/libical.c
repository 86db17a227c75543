/* libical, asked and answered by lines; foreign/README.md says which. */
#include <libical/ical.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define LINE 65536
#define FIELDS 8
#define ENOUGH 100e6 /* nanoseconds of CPU time worth measuring */

static double cpu(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return now.tv_sec * 1e9 + now.tv_nsec;
}

static struct icaltimetype start_of(const char *stamp, const char *tzid)
{
    struct icaltimetype at = icaltime_from_string(stamp);
    if (*tzid)
        at.zone = strcmp(tzid, "UTC") ? icaltimezone_get_builtin_timezone(tzid)
                                      : icaltimezone_get_utc_timezone();
    return at;
}

static void list(char **f)
{
    struct icaltimetype start = start_of(f[1], f[2]);
    struct icalrecurrencetype rule = icalrecurrencetype_from_string(f[3]);
    icalrecur_iterator *walk = icalrecur_iterator_new(rule, start);
    if (!walk) {
        printf("error\trefused\n");
        return;
    }
    int most = atoi(f[4]), horizon = atoi(f[5]);
    for (int n = 0; n < most; n++) {
        struct icaltimetype at = icalrecur_iterator_next(walk);
        if (icaltime_is_null_time(at) || at.year > horizon)
            break;
        printf(n ? ",%04d%02d%02dT%02d%02d%02d" : "%04d%02d%02dT%02d%02d%02d", at.year, at.month,
               at.day, at.hour, at.minute, at.second);
    }
    printf("\n");
    icalrecur_iterator_free(walk);
}

/* One expansion from DTSTART on, as instants; answers how many there were. */
static long expand(char **f)
{
    struct icaltimetype start = start_of(f[1], f[2]);
    const icaltimezone *zone = start.zone;
    struct icalrecurrencetype rule = icalrecurrencetype_from_string(f[3]);
    icalrecur_iterator *walk = icalrecur_iterator_new(rule, start);
    long most = atol(f[4]), found = 0;
    volatile time_t kept;
    for (; walk && found < most; found++) {
        struct icaltimetype at = icalrecur_iterator_next(walk);
        if (icaltime_is_null_time(at))
            break;
        kept = icaltime_as_timet_with_zone(at, (icaltimezone *)zone);
    }
    (void)kept;
    if (walk)
        icalrecur_iterator_free(walk);
    return found;
}

/* The first one after f[4]. */
static long next(char **f)
{
    struct icaltimetype start = start_of(f[1], f[2]), after = start_of(f[4], f[2]);
    struct icalrecurrencetype rule = icalrecurrencetype_from_string(f[3]);
    icalrecur_iterator *walk = icalrecur_iterator_new(rule, start);
    if (!walk)
        return 0;
    struct icaltimetype at = icaltime_null_time();
    /* Not for rules with COUNT: those it has to walk. */
    if (rule.count == 0)
        icalrecur_iterator_set_start(walk, after);
    do
        at = icalrecur_iterator_next(walk);
    while (!icaltime_is_null_time(at) && icaltime_compare(at, after) <= 0);
    icalrecur_iterator_free(walk);
    return !icaltime_is_null_time(at);
}

/* Those from f[4] up to f[5]. */
static long window(char **f)
{
    struct icaltimetype start = start_of(f[1], f[2]), from = start_of(f[4], f[2]),
                        to = start_of(f[5], f[2]);
    const icaltimezone *zone = start.zone;
    struct icalrecurrencetype rule = icalrecurrencetype_from_string(f[3]);
    icalrecur_iterator *walk = icalrecur_iterator_new(rule, start);
    long found = 0;
    volatile time_t kept;
    if (walk && rule.count == 0 && icaltime_compare(from, start) > 0)
        icalrecur_iterator_set_start(walk, from);
    while (walk) {
        struct icaltimetype at = icalrecur_iterator_next(walk);
        if (icaltime_is_null_time(at) || icaltime_compare(at, to) >= 0)
            break;
        if (icaltime_compare(at, from) >= 0) {
            kept = icaltime_as_timet_with_zone(at, (icaltimezone *)zone);
            found++;
        }
    }
    (void)kept;
    if (walk)
        icalrecur_iterator_free(walk);
    return found;
}

static long parse(char **f)
{
    struct icalrecurrencetype rule = icalrecurrencetype_from_string(f[1]);
    return rule.freq != ICAL_NO_RECURRENCE;
}

/* Runs it until it has taken long enough: nanoseconds a unit, and units a run. */
static void measure(long (*work)(char **), char **f, int by_call)
{
    for (long batch = 1;; batch *= 2) {
        double begun = cpu();
        long units = 0, once = 0;
        for (long n = 0; n < batch; n++)
            units += once = work(f);
        double spent = cpu() - begun;
        if (spent > ENOUGH) {
            long of = by_call ? batch : units;
            printf("%.1f\t%ld\n", spent / (of ? of : 1), once);
            return;
        }
    }
}

int main(void)
{
    static char line[LINE];
    icalerror_set_errors_are_fatal(0);
    while (fgets(line, sizeof line, stdin)) {
        char *fields[FIELDS] = {0}, *rest = line;
        line[strcspn(line, "\n")] = 0;
        for (int n = 0; n < FIELDS && rest; n++)
            fields[n] = strsep(&rest, "\t");
        if (!strcmp(fields[0], "list"))
            list(fields);
        else if (!strcmp(fields[0], "expand"))
            measure(expand, fields, 0);
        else if (!strcmp(fields[0], "next"))
            measure(next, fields, 1);
        else if (!strcmp(fields[0], "parse"))
            measure(parse, fields, 1);
        else if (!strcmp(fields[0], "window")) {
            double begun = cpu();
            long found = window(fields);
            printf("%.1f\t%ld\n", cpu() - begun, found);
        } else
            printf("error\tnot understood\n");
        fflush(stdout);
    }
    return 0;
}
