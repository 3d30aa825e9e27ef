/**
 * Dates as Python's `strftime` writes them in the C locale, for templates that name the day.
 *
 * @module
 */

const DAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const MONTHS = ["January", "February", "March", "April", "May", "June", "July"]
  .concat("August", "September", "October", "November", "December");

const FIELDS: Readonly<Record<string, (date: Date) => string>> = {
  Y: (date) => `${date.getFullYear()}`,
  y: (date) => two(date.getFullYear() % 100),
  m: (date) => two(date.getMonth() + 1),
  d: (date) => two(date.getDate()),
  e: (date) => `${date.getDate()}`.padStart(2),
  j: (date) => `${dayOfYear(date)}`.padStart(3, "0"),
  H: (date) => two(date.getHours()),
  I: (date) => two((date.getHours() + 11) % 12 + 1),
  M: (date) => two(date.getMinutes()),
  S: (date) => two(date.getSeconds()),
  p: (date) => date.getHours() < 12 ? "AM" : "PM",
  A: (date) => DAYS[date.getDay()],
  a: (date) => DAYS[date.getDay()].slice(0, 3),
  B: (date) => MONTHS[date.getMonth()],
  b: (date) => MONTHS[date.getMonth()].slice(0, 3),
  "%": () => "%",
};

/** Writes `date`, in local time, by a format such as "%d %B %Y"; `%-d` leaves out the zero in front. */
export function strftime(date: Date, format: string): string {
  return format.replace(/%(-?)([a-zA-Z%])/g, (all: string, bare: string, letter: string) => {
    if (!Object.hasOwn(FIELDS, letter)) return all;
    const text = FIELDS[letter](date);
    return bare === "" ? text : text.replace(/^[0 ]+(?=.)/, "");
  });
}

function two(value: number): string {
  return `${value}`.padStart(2, "0");
}

function dayOfYear(date: Date): number {
  const days = (month: number, day: number): number => Date.UTC(date.getFullYear(), month, day) / 86_400_000;
  return days(date.getMonth(), date.getDate()) - days(0, 0);
}
