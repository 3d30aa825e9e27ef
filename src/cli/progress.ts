/**
 * The progress bar: amount, rate and time left on the error stream, while something takes long enough to
 * wonder about.
 *
 * @module
 */
import { type BarOptions, progressBar, type SingleBar } from "./deps.ts";
import type { Context, OnProgress, Output } from "./context.ts";
import { formatBytes, formatDuration, formatRate, perSecond } from "./format.ts";

/** Milliseconds before a bar appears: what ends sooner needs none. */
const patience = 150;

/** The unit of what is counted. */
export type Unit = "bytes" | "tokens";

/**
 * Runs `work` and shows how far it says it has come. Nothing is shown, and `work` is asked for nothing, where
 * `quiet` is set or the error stream is not a terminal.
 */
export async function withProgress<T>(
  context: Context,
  bar: { title: string; unit: Unit; quiet?: boolean },
  work: (onProgress?: OnProgress) => Promise<T>,
): Promise<T> {
  if (bar.quiet || !context.stderr.isTerminal) return await work();
  await using shown = new Progress(context.stderr, bar.title, bar.unit);
  using _ = context.atExit(() => shown.close());
  return await work((done, total, stage) => shown.update(done, total, stage));
}

class Progress implements AsyncDisposable {
  private readonly created = Date.now();
  /** The first report: what a resumed download had before counts in no rate. */
  private first: Mark | undefined;
  private bar: SingleBar | undefined;
  private opening: Promise<void> | undefined;
  private closed = false;

  constructor(private readonly output: Output, private title: string, private readonly unit: Unit) {}

  update(done: number, total = 0, stage: string = this.title): void {
    if (!this.first || stage !== this.title) this.first = { done, at: Date.now() };
    this.title = stage;
    if (this.closed) return;
    if (this.bar) {
      this.bar.setTotal(total);
      this.bar.update(done);
    } else if (!this.opening && Date.now() - this.created >= patience) {
      this.opening = this.open(done, total);
    }
  }

  private async open(done: number, total: number): Promise<void> {
    const format = (state: State) => line(this.title, this.unit, this.first!, state);
    const bar = await progressBar(barOptions(this.output, format));
    if (this.closed) return;
    bar.start(total, done);
    this.bar = bar;
  }

  /** Takes the bar away and brings the cursor back, at once. */
  close(): void {
    this.closed = true;
    this.bar?.stop();
    this.bar = undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.opening;
    this.close();
  }
}

/** What was done at a time (milliseconds since 1970). */
interface Mark {
  done: number;
  at: number;
}

/** What a bar knows when it is drawn. */
interface State {
  value: number;
  total: number;
  columns: number;
}

function barOptions(output: Output, format: (state: State) => string): BarOptions {
  const stream = {
    isTTY: true,
    columns: output.columns,
    write: (text: string) => (output.write(text), true),
  };
  return {
    stream: stream as unknown as NodeJS.WritableStream,
    clearOnComplete: true,
    hideCursor: true,
    format: (_, state) => format({ ...state, columns: output.columns }),
  };
}

/** One line: `Loading  ━━━━━━────  42.1 MB of 98.1 MB · 210 MB/s · 1.2 s left`. */
function line(title: string, unit: Unit, first: Mark, { value, total, columns }: State): string {
  const amount = (n: number) => unit === "bytes" ? formatBytes(n) : `${n}`;
  const rate = perSecond(value - first.done, Date.now() - first.at);
  const facts = [
    total > 0 ? `${amount(value)} of ${amount(total)}` : amount(value),
    unit === "bytes" ? `${formatBytes(Math.round(rate))}/s` : formatRate(rate, "tok"),
  ];
  if (total > 0 && rate > 0) facts.push(`${formatDuration(1000 * Math.max(0, total - value) / rate)} left`);
  const text = facts.join(" · ");
  const width = Math.min(30, columns - title.length - text.length - 5);
  if (total <= 0 || width < 5) return `${title}  ${text}`;
  const full = Math.round(width * Math.min(1, value / total));
  return `${title}  ${"━".repeat(full)}${"─".repeat(width - full)}  ${text}`;
}
