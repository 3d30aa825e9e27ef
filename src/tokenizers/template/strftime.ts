/**
 * Dates as Python's `strftime` writes them in the C locale, for templates that name the day.
 *
 * @module
 */

const DAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const MONTHS = ["January", "February", "March", "April", "May", "June", "July"]
  .concat("August", "September", "October", "November", "December");
const DAY_MS = 86_400_000;

/** Directives as digits, and what `%-` and `%_` take for the padding in front. */
const NUMBERS: Readonly<Record<string, (date: Date) => [value: number, width: number, pad: string]>> = {
  C: (date) => [Math.floor(date.getFullYear() / 100), 2, "0"],
  d: (date) => [date.getDate(), 2, "0"],
  e: (date) => [date.getDate(), 2, " "],
  g: (date) => [isoWeek(date).year % 100, 2, "0"],
  G: (date) => [isoWeek(date).year, 1, "0"],
  H: (date) => [date.getHours(), 2, "0"],
  I: (date) => [(date.getHours() + 11) % 12 + 1, 2, "0"],
  j: (date) => [dayOfYear(date) + 1, 3, "0"],
  k: (date) => [date.getHours(), 2, " "],
  l: (date) => [(date.getHours() + 11) % 12 + 1, 2, " "],
  m: (date) => [date.getMonth() + 1, 2, "0"],
  M: (date) => [date.getMinutes(), 2, "0"],
  s: (date) => [Math.floor(date.getTime() / 1000), 1, "0"],
  S: (date) => [date.getSeconds(), 2, "0"],
  u: (date) => [(date.getDay() + 6) % 7 + 1, 1, "0"],
  U: (date) => [Math.floor((dayOfYear(date) + 7 - date.getDay()) / 7), 2, "0"],
  V: (date) => [isoWeek(date).week, 2, "0"],
  w: (date) => [date.getDay(), 1, "0"],
  W: (date) => [Math.floor((dayOfYear(date) + 7 - (date.getDay() + 6) % 7) / 7), 2, "0"],
  y: (date) => [date.getFullYear() % 100, 2, "0"],
  Y: (date) => [date.getFullYear(), 1, "0"],
};

/** Directives as words. A time without a zone, as Python's `now()` gives it, writes none. */
const WORDS: Readonly<Record<string, (date: Date) => string>> = {
  a: (date) => DAYS[date.getDay()].slice(0, 3),
  A: (date) => DAYS[date.getDay()],
  b: (date) => MONTHS[date.getMonth()].slice(0, 3),
  B: (date) => MONTHS[date.getMonth()],
  f: (date) => `${date.getMilliseconds() * 1000}`.padStart(6, "0"),
  h: (date) => MONTHS[date.getMonth()].slice(0, 3),
  n: () => "\n",
  p: (date) => date.getHours() < 12 ? "AM" : "PM",
  P: (date) => date.getHours() < 12 ? "am" : "pm",
  t: () => "\t",
  z: () => "",
  Z: () => "",
  "%": () => "%",
};

/** Directives that stand for others. */
const COMPOSED: Readonly<Record<string, string>> = {
  c: "%a %b %e %H:%M:%S %Y",
  D: "%m/%d/%y",
  F: "%Y-%m-%d",
  r: "%I:%M:%S %p",
  R: "%H:%M",
  T: "%H:%M:%S",
  x: "%m/%d/%y",
  X: "%H:%M:%S",
};

/**
 * Writes `date`, in local time, by a format such as "%d %B %Y". As in glibc, `%-d` leaves out what is in front,
 * `%_d` and `%0d` choose it, `%^a` writes upper case.
 */
export function strftime(date: Date, format: string): string {
  return format.replace(/%([-_0^#]*)(:?z|[a-zA-Z%])/g, (all: string, flags: string, letter: string) => {
    const text = directive(date, flags, letter.at(-1)!);
    return text === undefined ? all : flags.includes("^") ? text.toUpperCase() : text;
  });
}

function directive(date: Date, flags: string, letter: string): string | undefined {
  if (Object.hasOwn(WORDS, letter)) return WORDS[letter](date);
  if (Object.hasOwn(COMPOSED, letter)) return strftime(date, COMPOSED[letter]);
  if (!Object.hasOwn(NUMBERS, letter)) return undefined;
  const [value, width, pad] = NUMBERS[letter](date);
  const chosen = flags.match(/[-_0](?=[^-_0]*$)/)?.[0];
  return chosen === "-" ? `${value}` : `${value}`.padStart(width, chosen === "_" ? " " : chosen ?? pad);
}

/** Days since the first of January. */
function dayOfYear(date: Date): number {
  const days = (month: number, day: number): number => Date.UTC(date.getFullYear(), month, day) / DAY_MS;
  return days(date.getMonth(), date.getDate()) - days(0, 1);
}

/** The week by ISO 8601, and the year that it belongs to: that of its Thursday. */
function isoWeek(date: Date): { year: number; week: number } {
  const thursday = new Date(
    date.getFullYear(),
    date.getMonth(),
    date.getDate() + 3 - (date.getDay() + 6) % 7,
  );
  return { year: thursday.getFullYear(), week: Math.floor(dayOfYear(thursday) / 7) + 1 };
}
