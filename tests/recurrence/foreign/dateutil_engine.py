"""python-dateutil, asked and answered by lines; README.md says which."""

import sys
import time
import warnings
from datetime import datetime
from itertools import islice
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

warnings.simplefilter("ignore")
STAMP = "%Y%m%dT%H%M%S"
ENOUGH = 100e6


def rule_of(fields, zoned):
    zone = ZoneInfo(fields[2]) if zoned and fields[2] else None
    start = datetime.strptime(fields[1], STAMP).replace(tzinfo=zone)
    return rrulestr(fields[3], dtstart=start), zone


def listed(fields):
    rule, _ = rule_of(fields, zoned=False)
    most, horizon = int(fields[4]), int(fields[5])
    found = []
    for at in rule:
        if len(found) == most or at.year > horizon:
            break
        found.append(at.strftime(STAMP))
    return ",".join(found)


def expand(fields):
    rule, _ = rule_of(fields, zoned=True)
    return sum(1 for at in islice(rule, int(fields[4])) if at.timestamp())


def following(fields):
    rule, zone = rule_of(fields, zoned=True)
    after = datetime.strptime(fields[4], STAMP).replace(tzinfo=zone)
    return int(rule.after(after) is not None)


def window(fields):
    rule, zone = rule_of(fields, zoned=True)
    begin, end = (datetime.strptime(f, STAMP).replace(tzinfo=zone) for f in fields[4:6])
    found = 0
    for at in rule:
        if at >= end:
            break
        if at >= begin and at.timestamp():
            found += 1
    return found


def parse(fields):
    return int(rrulestr(fields[1], dtstart=datetime(2026, 1, 1, tzinfo=ZoneInfo("UTC"))) is not None)


def measured(work, fields, by_call):
    batch = 1
    while True:
        begun, units = time.process_time_ns(), 0
        for _ in range(batch):
            once = work(fields)
            units += once
        spent = time.process_time_ns() - begun
        if spent > ENOUGH:
            return f"{spent / max(batch if by_call else units, 1):.1f}\t{once}"
        batch *= 2


def answer(fields):
    verb = fields[0]
    if verb == "list":
        return listed(fields)
    if verb == "window":
        begun = time.process_time_ns()
        found = window(fields)
        return f"{time.process_time_ns() - begun}\t{found}"
    work = {"expand": expand, "next": following, "parse": parse}[verb]
    return measured(work, fields, by_call=verb != "expand")


for line in sys.stdin:
    try:
        said = answer(line.rstrip("\n").split("\t"))
    except Exception as error:  # whatever it may be, it is this rule's answer
        said = f"error\t{error}".replace("\n", " ")
    print(said, flush=True)
