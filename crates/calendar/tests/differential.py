#!/usr/bin/env python3
"""Random recurrence rules, ours against python-dateutil: every difference is explained or fails.

usage: differential.py CARILLON [HOW_MANY [SEED]]

CARILLON is the command line program, asked through `occurrences --batch`. Rules are valid RFC 5545
in floating time. dateutil leaves out a DTSTART that does not match; we put it first and COUNT
counts it. Where dateutil reads the RFC otherwise (time and again the same few places), the rule is
counted under the name of that reading and not compared.
"""

import collections
import datetime
import json
import random
import signal
import subprocess
import sys
import warnings

from dateutil import rrule

warnings.simplefilter("ignore")
DAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
FREQS = ["YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY", "MINUTELY", "SECONDLY"]
STAMP = "%Y%m%dT%H%M%S"
COMPARED = 15


def signed(most):
    return random.randint(1, most) * random.choice([1, 1, -1])


def some(value, most=3):
    return ",".join(dict.fromkeys(str(value()) for _ in range(random.randint(1, most))))


def rule():
    freq = random.choice(FREQS)
    parts = {"FREQ": freq}
    chance = lambda percent: random.random() * 100 < percent
    if chance(40):
        parts["INTERVAL"] = str(random.randint(1, 400 if chance(15) else 5))
    if chance(30):
        parts["BYMONTH"] = some(lambda: random.randint(1, 12))
    if freq == "YEARLY" and chance(15):
        parts["BYWEEKNO"] = some(lambda: signed(53))
    if freq in ("YEARLY", "HOURLY", "MINUTELY", "SECONDLY") and chance(12):
        parts["BYYEARDAY"] = some(lambda: signed(366))
    if freq != "WEEKLY" and chance(25):
        parts["BYMONTHDAY"] = some(lambda: signed(31))
    if chance(35):
        numbered = freq in ("YEARLY", "MONTHLY") and "BYWEEKNO" not in parts
        most = 5 if freq == "MONTHLY" or "BYMONTH" in parts else 53
        number = lambda: str(signed(most)) if numbered and chance(50) else ""
        parts["BYDAY"] = some(lambda: number() + random.choice(DAYS))
    if chance(15):
        parts["BYHOUR"] = some(lambda: random.randint(0, 23))
    if chance(12):
        parts["BYMINUTE"] = some(lambda: random.randint(0, 59))
    if chance(10):
        parts["BYSECOND"] = some(lambda: random.randint(0, 59))
    if len(parts) > 1 and any(part.startswith("BY") for part in parts) and chance(20):
        parts["BYSETPOS"] = some(lambda: signed(6))
    if chance(15):
        parts["WKST"] = random.choice(DAYS)
    if chance(20):
        parts["COUNT"] = str(random.randint(1, 12))
    return parts


def start():
    day = datetime.date(random.randint(1990, 2040), random.randint(1, 12), 1)
    last = (day.replace(day=28) + datetime.timedelta(4)).replace(day=1) - datetime.timedelta(1)
    day = day.replace(day=min(last.day, random.choice([1, 5, 13, 27, 28, 29, 30, 31])))
    second = random.randint(0, 59) if random.random() < 0.2 else 0
    time = datetime.time(random.choice([0, 1, 2, 9, 17, 23]), random.choice([0, 15, 30, 59]), second)
    return datetime.datetime.combine(day, time)


def reading(parts):
    """The name of the place where dateutil is known to read the RFC otherwise, if any."""
    by_day = parts.get("BYDAY", "")
    numbered = [day for day in by_day.split(",") if len(day) > 2]
    if "BYWEEKNO" in parts and not {"BYDAY", "BYMONTHDAY", "BYYEARDAY"} & parts.keys():
        return "BYWEEKNO alone is all seven days there"
    if "BYWEEKNO" in parts and any(n.startswith("-") for n in parts["BYWEEKNO"].split(",")):
        return "weeks that reach over a year's end are found there only by positive numbers"
    if parts["FREQ"] == "WEEKLY" and "BYSETPOS" in parts:
        return "BYSETPOS counts the first week from DTSTART on there"
    if numbered and len(numbered) < len(by_day.split(",")):
        return "plain weekdays beside numbered ones must satisfy both there"
    return None


class OutOfTime(Exception):
    pass


def out_of_time(*_):
    raise OutOfTime


signal.signal(signal.SIGVTALRM, out_of_time)


def theirs(dtstart, parts):
    """What dateutil finds within twenty years and an eighth of a second, and whether that is all."""
    text = ";".join(f"{part}={value}" for part, value in parts.items() if part != "COUNT")
    found = rrule.rrulestr(text, dtstart=dtstart).replace(until=dtstart + datetime.timedelta(days=7300))
    dates, whole = [], True
    try:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0.125)
        for date in found:
            dates.append(date)
            if len(dates) == COMPARED:
                break
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    except OutOfTime:
        whole = False
    if not dates or dates[0] != dtstart:
        dates.insert(0, dtstart)
    if "COUNT" in parts:
        dates = dates[: int(parts["COUNT"])]
    return [date.strftime(STAMP) for date in dates], whole and len(dates) < COMPARED


def main():
    program = sys.argv[1]
    wanted = int(sys.argv[2]) if len(sys.argv) > 2 else 20_000
    random.seed(int(sys.argv[3]) if len(sys.argv) > 3 else 1)
    cases = [(start(), rule()) for _ in range(wanted)]
    lines = []
    for number, (dtstart, parts) in enumerate(cases):
        text = ";".join(f"{part}={value}" for part, value in parts.items())
        lines.append({"id": str(number), "dtstart": dtstart.strftime(STAMP), "tzid": None, "rrule": text, "count": COMPARED + 1})
    batch = "".join(json.dumps(line) + "\n" for line in lines)
    answers = subprocess.run([program, "occurrences", "--batch"], input=batch, capture_output=True, text=True, check=True)
    answers = [json.loads(line) for line in answers.stdout.splitlines()]
    named, compared, different = collections.Counter(), 0, 0
    for (dtstart, parts), line, answer in zip(cases, lines, answers, strict=True):
        if name := reading(parts):
            named[name] += 1
            continue
        try:
            expected, whole = theirs(dtstart, parts)
        except ValueError as error:
            named[f"dateutil refuses: {str(error)[:40]}"] += 1
            continue
        until = (dtstart + datetime.timedelta(days=7300)).strftime(STAMP)
        ours = [date for date in answer.get("local", [answer.get("error")]) if date <= until]
        ours = ours if whole else ours[: len(expected)]
        compared += 1
        if ours != expected:
            different += 1
            print(f"{line['dtstart']} {line['rrule']}\n  ours   {ours}\n  theirs {expected}")
    for name, count in named.most_common():
        print(f"not compared, {count}: {name}")
    print(f"{compared} compared, {different} different")
    sys.exit(1 if different else 0)


if __name__ == "__main__":
    main()
