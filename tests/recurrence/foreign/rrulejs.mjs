// rrule.js, asked and answered by lines; README.md says which. It counts in UTC only.
import { createInterface } from "node:readline";
import pkg from "rrule";

const { RRule } = pkg;
const ENOUGH = 100e3; // microseconds
const at = (stamp) =>
  new Date(
    Date.UTC(
      +stamp.slice(0, 4),
      +stamp.slice(4, 6) - 1,
      +stamp.slice(6, 8),
      +stamp.slice(9, 11),
      +stamp.slice(11, 13),
      +stamp.slice(13, 15),
    ),
  );
const cpu = () => {
  const { user, system } = process.cpuUsage();
  return user + system;
};
const rule = (f) =>
  new RRule({ ...RRule.parseString(f[3]), dtstart: at(f[1]) }, true);

const works = {
  expand: (f) => rule(f).all((_, n) => n < +f[4]).length,
  next: (f) => (rule(f).after(at(f[4])) ? 1 : 0),
  window: (f) => rule(f).between(at(f[4]), new Date(at(f[5]) - 1), true).length,
  parse: (f) => (RRule.parseString(f[1]) ? 1 : 0),
};

function list(f) {
  const found = [];
  const [most, horizon] = [+f[4], +f[5]];
  rule(f).all((date) => {
    if (found.length === most || date.getUTCFullYear() > horizon) return false;
    found.push(date.toISOString().slice(0, 19).replace(/[-:]/g, ""));
    return true;
  });
  return found.join(",");
}

function measured(work, f, byCall) {
  for (let batch = 1; ; batch *= 2) {
    const begun = cpu();
    let units = 0;
    let once = 0;
    for (let n = 0; n < batch; n += 1) units += once = work(f);
    const spent = cpu() - begun;
    if (spent > ENOUGH) {
      const each = (spent * 1000) / Math.max(byCall ? batch : units, 1);
      return `${each.toFixed(1)}\t${once}`;
    }
  }
}

function answer(f) {
  if (f[0] === "list") return list(f);
  if (f[0] !== "window") return measured(works[f[0]], f, f[0] !== "expand");
  const begun = cpu();
  const found = works.window(f);
  return `${(cpu() - begun) * 1000}\t${found}`;
}

for await (const line of createInterface({ input: process.stdin })) {
  let said;
  try {
    said = answer(line.split("\t"));
  } catch (error) {
    said = `error\t${String(error.message).replace(/\s+/g, " ")}`;
  }
  process.stdout.write(`${said}\n`);
}
